using Microsoft.EntityFrameworkCore;
using OnePlatform.Identity.Accounts;
using OnePlatform.Identity.ApiKeys;
using OnePlatform.Identity.Linked;
using OnePlatform.Identity.Mails;
using OnePlatform.Identity.Memberships;
using OnePlatform.Identity.OAuth;
using OnePlatform.Identity.OneTime;
using OnePlatform.Identity.OpenIdConnect.Clients;
using OnePlatform.Identity.SecondFactors;
using OnePlatform.Identity.Sessions;
using OnePlatform.Identity.Tokens;
using OnePlatform.Messaging;
using OnePlatform.ServiceDefaults;
using OnePlatform.Tenancy;

namespace OnePlatform.Identity.Data;

internal sealed class IdentityDb(DbContextOptions<IdentityDb> options) : TenantDb(options)
{
    public DbSet<User> Users => Set<User>();

    public DbSet<Session> Sessions => Set<Session>();

    public DbSet<RefreshToken> RefreshTokens => Set<RefreshToken>();

    public DbSet<OneTimeToken> OneTimeTokens => Set<OneTimeToken>();

    public DbSet<Mail> Mails => Set<Mail>();

    public DbSet<SecondFactor> SecondFactors => Set<SecondFactor>();

    public DbSet<RecoveryCode> RecoveryCodes => Set<RecoveryCode>();

    public DbSet<LinkedAccount> LinkedAccounts => Set<LinkedAccount>();

    public DbSet<OAuthFlow> OAuthFlows => Set<OAuthFlow>();

    public DbSet<ApiKey> ApiKeys => Set<ApiKey>();

    public DbSet<MeasuredUsage> MeasuredUsage => Set<MeasuredUsage>();

    public DbSet<Membership> Memberships => Set<Membership>();

    public DbSet<GroupNode> GroupTree => Set<GroupNode>();

    public DbSet<Client> Clients => Set<Client>();

    public DbSet<ClientAuthorization> ClientAuthorizations => Set<ClientAuthorization>();

    public DbSet<ClientToken> ClientTokens => Set<ClientToken>();

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
        .ApplyConfiguration(new LinkedAccountConfiguration())
        .ApplyConfiguration(new OAuthFlowConfiguration())
        .ApplyConfiguration(new ApiKeyConfiguration())
        .ApplyConfiguration(new KeyNetworkConfiguration())
        .ApplyConfiguration(new MeasuredUsageConfiguration())
        .ApplyConfiguration(new MembershipConfiguration())
        .ApplyConfiguration(new SigningKeyConfiguration())
        .UseOpenIddict<Client, ClientAuthorization, ClientScope, ClientToken, Guid>()
        .ApplyConfiguration<Client>(new ClientConfiguration())
        .ApplyConfiguration<ClientAuthorization>(new ClientConfiguration())
        .ApplyConfiguration<ClientToken>(new ClientConfiguration())
        .ApplyConfiguration<ClientScope>(new ClientConfiguration());
}
