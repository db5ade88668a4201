using OnePlatform.Identity;
using OnePlatform.Identity.Accounts;
using OnePlatform.Identity.ApiKeys;
using OnePlatform.Identity.BetterAuth;
using OnePlatform.Identity.Data;
using OnePlatform.Identity.Exchange;
using OnePlatform.Identity.Linked;
using OnePlatform.Identity.MagicLinks;
using OnePlatform.Identity.Mails;
using OnePlatform.Identity.Memberships;
using OnePlatform.Identity.OAuth;
using OnePlatform.Identity.OpenIdConnect;
using OnePlatform.Identity.OpenIdConnect.Clients;
using OnePlatform.Identity.Pages;
using OnePlatform.Identity.Passwords;
using OnePlatform.Identity.Profile;
using OnePlatform.Identity.SecondFactors;
using OnePlatform.Identity.Sessions;
using OnePlatform.Identity.Tokens;
using OnePlatform.Identity.Usage;
using OnePlatform.Identity.Verification;
using OnePlatform.Messaging;
using OnePlatform.ServiceDefaults;
using OnePlatform.Tenancy;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddCallerAuthentication();
builder.AddTenantDatabase<IdentityDb>("identitydb");
builder.AddRedis();
builder.AddMessaging<IdentityDb>("identity", bus =>
{
    bus.AddConsumer<KeepGroupTree<IdentityDb>>();
    bus.AddConsumer<KeepMemberships>();
    bus.AddConsumer<MailInvitations>();
    bus.AddConsumer<KeepMeasuredUsage<IdentityDb>>();
});
builder.AddApiDescription();
builder.AddIdentityOptions(builder.Configuration.GetConnectionString("identitydb"));
builder.Services.AddValidation().AddRequestOrigin();
builder.Services.AddSigningKeys();
builder.Services.AddAccounts();
builder.Services.AddSessions();
builder.Services.AddSignInProviders();
builder.Services.AddApiKeys();
builder.Services.AddMails().AddSecondFactors();
builder.Services.AddOpenIdConnectServer();

var app = builder.Build();
if (await app.MigrateAsync<IdentityDb>(args))
{
    return;
}

app.UseServiceDefaults();
app.UseClientForms();
app.UseSessionCookie();
app.UseCaller();
app.MapOpenApi().AllowAnonymous();
app.MapSigningKeys();
app.MapAccounts();
app.MapAccountLocks();
app.MapSessions();
app.MapPasswords();
app.MapVerification();
app.MapMagicLinks();
app.MapSecondFactors();
app.MapProfile();
app.MapOAuth();
app.MapLinks();
app.MapBetterAuth();
app.MapPages();
app.MapOpenIdConnect();
app.MapOidcClients();
app.MapApiKeys();
app.MapUsage();
app.MapExchange();
app.Run();
