using Microsoft.EntityFrameworkCore;
using OnePlatform.Identity.Accounts;
using OnePlatform.Identity.ApiKeys;
using OnePlatform.Identity.Mails;
using OnePlatform.Identity.Memberships;
using OnePlatform.Identity.OneTime;
using OnePlatform.Identity.SecondFactors;
using OnePlatform.Identity.Sessions;
using OnePlatform.Identity.Tokens;
using OnePlatform.Identity.Usage;
using OnePlatform.Messaging;
using OnePlatform.ServiceDefaults;
using OnePlatform.Tenancy;

namespace OnePlatform.Identity.Data;

internal sealed class IdentityDb(DbContextOptions<IdentityDb> options, TenantScope scope) : TenantDb(options, scope)
{
    public DbSet<User> Users => Set<User>();

    public DbSet<Session> Sessions => Set<Session>();

    public DbSet<RefreshToken> RefreshTokens => Set<RefreshToken>();

    public DbSet<OneTimeToken> OneTimeTokens => Set<OneTimeToken>();

    public DbSet<Mail> Mails => Set<Mail>();

    public DbSet<SecondFactor> SecondFactors => Set<SecondFactor>();

    public DbSet<RecoveryCode> RecoveryCodes => Set<RecoveryCode>();

    public DbSet<ApiKey> ApiKeys => Set<ApiKey>();

    public DbSet<UsageDay> UsageDays => Set<UsageDay>();

    public DbSet<Membership> Memberships => Set<Membership>();

    public DbSet<GroupNode> GroupTree => Set<GroupNode>();

    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder
        .AddOutboxAndInbox()
        .ApplyConfiguration(new GroupNodeConfiguration())
        .ApplyConfiguration(new UserConfiguration())
        .ApplyConfiguration<Session>(new SessionConfiguration())
        .ApplyConfiguration<RefreshToken>(new SessionConfiguration())
        .ApplyConfiguration(new OneTimeTokenConfiguration())
        .ApplyConfiguration(new MailConfiguration())
        .ApplyConfiguration<SecondFactor>(new SecondFactorConfiguration())
        .ApplyConfiguration<RecoveryCode>(new SecondFactorConfiguration())
        .ApplyConfiguration(new ApiKeyConfiguration())
        .ApplyConfiguration(new KeyNetworkConfiguration())
        .ApplyConfiguration(new UsageDayConfiguration())
        .ApplyConfiguration(new MembershipConfiguration())
        .ApplyConfiguration(new SigningKeyConfiguration());
}
