using System.Net;
using System.Net.Http.Json;
using System.Threading.Channels;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using OnePlatform.AppHost.Local;
using OnePlatform.Contracts;
using OnePlatform.Identity.Contracts;
using OnePlatform.Ontology.Contracts;
using OnePlatform.Testing;
using Xunit;
using static OnePlatform.Identity.Tests.IdentityHost;

namespace OnePlatform.Identity.Tests;

public sealed class WorkingWithTheOtherServers(IdentityHost identity) : IClassFixture<IdentityHost>
{
    [Fact]
    public async Task A_sign_up_waits_for_the_personal_group_that_comes_over_the_broker()
    {
        await using var servers = await LocalServers.StartAsync(postgres: false, redis: false);
        await using var host = identity.StartAnother(("ConnectionStrings:rabbitmq", servers.RabbitMQ), ("Identity:GroupWait", "00:00:20"));
        using var client = host.CreateClient();
        var bus = host.Services.GetRequiredService<IBusControl>();
        var group = Guid.CreateVersion7();
        var answering = bus.ConnectReceiveEndpoint("test-ontology", endpoint => endpoint.Handler<UserRegistered>(async context =>
        {
            var (now, person) = (context.Message.OccurredAt, context.Message.User.Id);
            await context.Publish(new MembershipsChanged(
                Guid.CreateVersion7(), now, EventOrigin.System, [], [new MembershipSnapshot(group, person, "group_owner", [], Active: true, 1)]));
            await context.Publish(Made(group, now));
        }));
        await answering.Ready;
        using var response = await client.PostAsJsonAsync("/api/auth/signup", new { email = NewEmail(), password = Password, name = "Ada" });
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        var acting = (await JsonAsync(response))["group"]!;
        Assert.Equal(group, acting["id"]!.GetValue<Guid>());
        Assert.Equal("group_owner", acting["role"]!.GetValue<string>());
    }

    [Fact]
    public async Task What_identity_heard_of_people_and_groups_it_tells_on_once_it_answers_by_it()
    {
        await using var servers = await LocalServers.StartAsync(postgres: false, redis: false);
        await using var host = identity.StartAnother(("ConnectionStrings:rabbitmq", servers.RabbitMQ));
        var (bus, person, group) = (host.Services.GetRequiredService<IBusControl>(), Guid.CreateVersion7(), Guid.CreateVersion7());
        var told = Channel.CreateUnbounded<(IReadOnlyList<Guid> People, IReadOnlyList<Guid> Groups, bool IsKept)>();
        var listening = bus.ConnectReceiveEndpoint("test-gateway", endpoint => endpoint.Handler<StandingsChanged>(async context =>
        {
            var kept = await identity.Database.ScalarAsync<long>(
                "select (select count(*) from memberships where person_id = any($1)) + (select count(*) from group_tree where id = any($2))",
                context.Message.PersonIds.ToArray(),
                context.Message.GroupIds.ToArray());
            await told.Writer.WriteAsync((context.Message.PersonIds, context.Message.GroupIds, kept == 1));
        }));
        await listening.Ready;
        using var deadline = new CancellationTokenSource(Eventually.Deadline);

        var now = TimeProvider.System.GetUtcNow();
        var joined = new MembershipSnapshot(group, person, "group_owner", [], Active: true, 1);
        await bus.Publish(new MembershipsChanged(Guid.CreateVersion7(), now, EventOrigin.System, [], [joined, joined]));
        var (people, groups, isKept) = await told.Reader.ReadAsync(deadline.Token);
        Assert.Equal(person, Assert.Single(people));
        Assert.Empty(groups);
        Assert.True(isKept);

        await bus.Publish(Made(group, now));
        (people, groups, isKept) = await told.Reader.ReadAsync(deadline.Token);
        Assert.Empty(people);
        Assert.Equal(group, Assert.Single(groups));
        Assert.True(isKept);
    }

    [Fact]
    public async Task Failures_are_counted_in_redis_for_all_instances_and_good_sign_ins_at_once_pass()
    {
        await using var servers = await LocalServers.StartAsync(postgres: false, rabbitmq: false);
        await using var first = identity.StartAnother(("ConnectionStrings:redis", servers.Redis));
        await using var second = identity.StartAnother(("ConnectionStrings:redis", servers.Redis));
        var email = NewEmail();
        await identity.SignUpAsync(email);
        using var client = first.CreateClient();
        for (var i = 0; i < 4; i++)
        {
            using var failed = await SignInAsync(client, email, "not-the-password");
            Assert.Equal(HttpStatusCode.Unauthorized, failed.StatusCode);
        }

        var many = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => SignInAsync(client, email, Password)));
        Assert.All(many, m => Assert.Equal(HttpStatusCode.OK, m.StatusCode));
        using var fifth = await SignInAsync(client, email, "not-the-password");
        Assert.Equal(HttpStatusCode.Unauthorized, fifth.StatusCode);
        using var elsewhere = await SignInAsync(second.CreateClient(), email, Password);
        Assert.Equal(HttpStatusCode.TooManyRequests, elsewhere.StatusCode);
    }

    [Fact]
    public async Task Of_forty_guesses_at_once_at_most_a_few_are_answered()
    {
        var email = NewEmail();
        await identity.SignUpAsync(email);
        var guesses = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => identity.SignInAsync(email, "not-the-password")));
        Assert.InRange(guesses.Count(g => g.StatusCode == HttpStatusCode.Unauthorized), 1, 5);
        using var right = await identity.SignInAsync(email);
        Assert.Equal(HttpStatusCode.TooManyRequests, right.StatusCode);
    }

    [Fact]
    public async Task A_full_hashing_queue_answers_503_while_other_routes_go_on()
    {
        await using var host = identity.StartAnother(("Identity:HashingQueue", "1"), ("Identity:BcryptCost", "11"));
        using var client = host.CreateClient();
        var storm = Enumerable.Range(0, 40).Select(i => SignInAsync(client, $"nobody{i}@example.com", Password)).ToList();
        using var keys = await client.GetAsync("/.well-known/jwks");
        Assert.Equal(HttpStatusCode.OK, keys.StatusCode);
        var answers = await Task.WhenAll(storm);
        Assert.Contains(answers, a => a.StatusCode == HttpStatusCode.ServiceUnavailable && a.Headers.RetryAfter is not null);
        Assert.Contains(answers, a => a.StatusCode == HttpStatusCode.Unauthorized);
    }

    private static GroupsChanged Made(Guid group, DateTimeOffset now) => new(
        Guid.CreateVersion7(), now, EventOrigin.System, [],
        [
            new GroupSnapshot(
                group, null, [group], $"g-{group:N}", "Ada's group", "friend_circle", "active", "starter", true,
                new GroupSecurity(false, false), new GroupLimits(600, 60, null, null, null), [], 1),
        ]);

    private static Task<HttpResponseMessage> SignInAsync(HttpClient client, string email, string password)
        => client.PostAsJsonAsync("/api/auth/signin", new { email, password });
}
