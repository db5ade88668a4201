using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Npgsql;
using OnePlatform.Identity.Accounts;
using OnePlatform.Identity.ApiKeys;
using OnePlatform.Identity.Attempts;
using OnePlatform.Identity.BetterAuth;
using OnePlatform.Identity.Data;
using OnePlatform.Identity.Exchange;
using OnePlatform.Identity.Linked;
using OnePlatform.Identity.Mails;
using OnePlatform.Identity.Memberships;
using OnePlatform.Identity.OAuth;
using OnePlatform.Identity.OneTime;
using OnePlatform.Identity.Pages;
using OnePlatform.Identity.Passwords;
using OnePlatform.Identity.Profile;
using OnePlatform.Identity.SecondFactors;
using OnePlatform.Identity.Secrets;
using OnePlatform.Identity.Sessions;
using OnePlatform.Identity.Tokens;
using OnePlatform.Identity.Usage;
using OnePlatform.Identity.Verification;
using OnePlatform.Querying;
using OnePlatform.Querying.Lists;
using OnePlatform.Tenancy;

namespace OnePlatform.Identity;

/// <summary>What Identity is made of.</summary>
internal static class IdentityFeatures
{
    /// <param name="builder">The host.</param>
    /// <param name="database">The owner's connection string; the source of the secret in Development.</param>
    public static void AddIdentityOptions(this WebApplicationBuilder builder, string? database)
    {
        builder.Services.AddOptions<IdentityOptions>().BindConfiguration(IdentityOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        if (builder.Environment.IsDevelopment())
        {
            builder.Services.PostConfigure<IdentityOptions>(options =>
            {
                if (options.KeyEncryptionSecret.Length == 0)
                {
                    options.KeyEncryptionSecret = DevelopmentSecret(database);
                }
            });
        }

        // One secret is enough to keep; the lists' own follows from it unless it is given.
        builder.Services.AddQuerying();
        builder.Services.AddSingleton<IPostConfigureOptions<QueryingOptions>>(services => new PostConfigureOptions<QueryingOptions>(
            Options.DefaultName,
            options => options.CursorKey = options.CursorKey.Length > 0
                ? options.CursorKey
                : Digest($"cursors {services.GetRequiredService<IOptions<IdentityOptions>>().Value.KeyEncryptionSecret}")));
    }

    public static void AddSigningKeys(this IServiceCollection services)
    {
        services.AddSingleton<DerivedKeys>();
        services.AddSingleton<SigningKeyStore>();
        services.AddSingleton<SigningKeyRing>();
        services.AddSingleton<AccessTokens>();
        services.AddHostedService<RotateSigningKeys>();
        services.AddTransient<OwnSigningKeys>();
        services.AddHttpClient(OwnSigningKeys.Client).ConfigurePrimaryHttpMessageHandler<OwnSigningKeys>();
    }

    public static void AddAccounts(this IServiceCollection services)
    {
        services.AddSingleton<LocalAttempts>();
        services.AddSingleton<AttemptLimiter>();
        services.AddSingleton(provider => new HashingThreads(provider.GetRequiredService<IOptions<IdentityOptions>>().Value.HashingQueue));
        services.AddSingleton<PasswordHasher>();
        services.AddSingleton<EmailAddresses>();
        services.AddSingleton<MembershipArrivals>();
        services.AddSingleton<IGroupTreeFollower, TellOfGroups>();
        services.AddScoped<AuthLog>();
        services.AddScoped<GroupEntry>();
        services.AddSingleton<ReturnAddresses>();
        services.AddScoped<PersonalGroups>();
        services.AddScoped<SignUps>();
        services.AddScoped<Takeovers>();
        services.AddScoped<PasswordChanges>();
        services.AddScoped<Verifications>();
        services.AddScoped<AccountLocks>();
        services.AddScoped<Renaming>();
        services.AddScoped<Deletions>();
        services.AddSingleton<ChallengeCookie>();
        services.AddSingleton<BetterAuthAnswers>();
        services.AddScoped<CurrentSessions>();
    }

    public static void AddSignInProviders(this IServiceCollection services)
    {
        services.AddOptions<SignInProviders>().BindConfiguration(IdentityOptions.Section).ValidateOnStart();
        services.AddSingleton<IPostConfigureOptions<SignInProviders>, ProviderRules>();
        services.AddSingleton<IValidateOptions<SignInProviders>, ProviderRules>();
#pragma warning disable EXTEXP0001 // Somebody waits for this answer, and a code that is sent twice looks stolen: no retries.
        services.AddHttpClient(ProviderHttp.Client, ProviderHttp.Configure).RemoveAllResilienceHandlers()
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
#pragma warning restore EXTEXP0001
        services.AddSingleton<ProviderHttp>();
        services.AddSingleton<ProviderDirectory>();
        services.AddSingleton<OpenIdProvider>();
        services.AddSingleton<GitHubProvider>();
        services.AddSingleton<OAuthCookie>();
        services.AddScoped<OAuthFlows>();
        services.AddScoped<OAuthStarts>();
        services.AddScoped<OAuthReturns>();
        services.AddScoped<ProviderSignIns>();
        services.AddScoped<Links>();
    }

    public static void AddSessions(this IServiceCollection services)
    {
        services.AddSingleton<SessionCookie>();
        services.AddScoped<SessionStore>();
        services.AddScoped<SessionInsert>();
        services.AddScoped<SessionTokens>();
        services.AddScoped<SessionGate>();
        services.AddScoped<SignInAttempts>();
        services.AddScoped<SignIns>();
        services.AddScoped<SignInAnswers>();
        services.AddScoped<OneTimeTokens>();
        services.AddScoped<MagicLinks.MagicLinks>();
        services.AddScoped<ProofAttempts>();
        services.AddScoped<PasswordProof>();
        services.AddScoped<GroupSwitch>();
#pragma warning disable EXTEXP0001 // What was asked for twice might be done twice: no retries.
        services.AddHttpClient(OntologyApi.Client, client => client.BaseAddress = new Uri("https+http://ontology")).RemoveAllResilienceHandlers();
#pragma warning restore EXTEXP0001
        services.AddScoped<OntologyApi>();
        services.AddSingleton<ForgetWhatIsOver>();
        services.AddHostedService(provider => provider.GetRequiredService<ForgetWhatIsOver>());
    }

    public static void AddApiKeys(this IServiceCollection services)
    {
        services.AddScoped<ApiKeyStore>();
        services.AddScoped<KeyNotices>();
        services.AddScoped<KeyRevocations>();
        services.AddScoped<ApiKeyList>();
        services.AddScoped<KeyExchange>();
        services.AddScoped<SessionExchange>();
        services.AddScoped<ClientTokenExchange>();
        services.AddSingleton<LastUses>();
        services.AddSingleton<WriteLastUses>();
        services.AddHostedService(provider => provider.GetRequiredService<WriteLastUses>());
        services.AddScoped<UsageReads>();
        services.AddSingleton<UsageTeller>();
        services.AddSingleton<TellCalls>();
        services.AddHostedService(provider => provider.GetRequiredService<TellCalls>());
    }

    public static IServiceCollection AddMails(this IServiceCollection services)
    {
        services.AddOptions<MailOptions>().BindConfiguration(MailOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<SmtpMailTransport>();
        services.AddSingleton<FolderMailTransport>();
        services.AddSingleton<IMailTransport>(provider => provider.GetRequiredService<IOptions<MailOptions>>().Value.Smtp is null
            ? provider.GetRequiredService<FolderMailTransport>()
            : provider.GetRequiredService<SmtpMailTransport>());
        services.AddSingleton<MailSecrets>();
        services.AddSingleton<MailSignal>();
        services.AddScoped<MailQueue>();
        services.AddScoped<MailRequests>();
        services.AddSingleton<FormGuard>();
        services.AddSingleton<PageAnswers>();
        services.AddSingleton<MailRelay>();
        return services.AddHostedService(provider => provider.GetRequiredService<MailRelay>());
    }

    public static void AddSecondFactors(this IServiceCollection services)
    {
        services.AddScoped<RecoveryCodes>();
        services.AddScoped<SecondFactorStore>();
        services.AddScoped<SecondFactorSetup>();
        services.AddScoped<SecondFactorSignIns>();
    }

    // Kept nowhere and the same at every start: a developer's sessions and keys outlive a restart.
    private static string DevelopmentSecret(string? database)
        => Digest($"development {new NpgsqlConnectionStringBuilder(database).Password}");

    private static string Digest(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
