using System.Net.Http.Json;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using OnePlatform.Contracts;
using OnePlatform.Identity.Contracts;
using OnePlatform.Knowledge.Data;
using OnePlatform.Knowledge.Tests.Hosting;
using OnePlatform.Testing;
using Xunit;

namespace OnePlatform.Knowledge.Tests.Scenarios;

public sealed class DeletingAccounts(KnowledgeHost host) : IClassFixture<KnowledgeHost>, IAsyncLifetime
{
    private FakeModel _model = null!;
    private ServiceHost<KnowledgeDb> _service = null!;

    public async Task InitializeAsync()
    {
        _model = await FakeModel.StartAsync();
        _service = host.StartAnother(await TestServers.RabbitMQAsync(), ("ChatModel:Endpoint", _model.Address), ("ChatModel:Model", "m"));
        var bus = _service.Services.GetRequiredService<IBusControl>();
        await Eventually.TrueAsync(() => Task.FromResult(bus.CheckHealth().Status == BusHealthStatus.Healthy));
    }

    public async Task DisposeAsync()
    {
        await _service.DisposeAsync();
        await _model.DisposeAsync();
    }

    [Fact]
    public async Task With_an_account_its_chats_go_in_every_group_also_the_one_whose_answer_is_being_written()
    {
        var (group, other, person, colleague) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        foreach (var (who, where) in new[] { (person, group), (person, other), (colleague, group) })
        {
            using var answered = await AskAsync(who, where, $"of-{who}");
            Assert.EndsWith("data: [DONE]\n\n", await answered.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        _model.Hangs = true;
        var writing = AskAsync(person, other, "long");
        await Eventually.TrueAsync(async () => await host.Database.ScalarAsync<long>(
            "select count(*) from chat_answer_lines l join chat_answers a on a.id = l.answer_id where a.chat_id = 'long' and l.text like '%text-delta%'") > 0);

        await PublishAsync(colleague, deleted: false);
        await PublishAsync(person, deleted: true);
        await PublishAsync(person, deleted: true);

        await Eventually.TrueAsync(async () => await KeptAsync(person) == (0, 0));
        using var ended = await writing;
        Assert.Contains("\"type\":\"abort\"", await ended.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal((0, 0), await KeptAsync(person));
        Assert.Equal(0, await host.Database.ScalarAsync<long>("select count(*) from chat_answer_lines where group_id = $1", other));
        Assert.Equal((1, 1), await KeptAsync(colleague));
    }

    private async Task<HttpResponseMessage> AskAsync(Guid person, Guid group, string chat)
    {
        using var client = _service.ClientWith(host.Tokens.ForPerson(person, group));
        var message = new { id = "1", role = "user", parts = new[] { new { type = "text", text = "When are my wages paid?" } } };
        return await client.PostAsJsonAsync("/api/ai/chat", new { id = chat, messages = new[] { message } });
    }

    private Task PublishAsync(Guid person, bool deleted) => _service.Services.GetRequiredService<IBus>().Publish(new UserChanged(
        Guid.NewGuid(), TimeProvider.System.GetUtcNow(), EventOrigin.System, [], new UserSnapshot(person, "", "", false, deleted, 2)));

    private async Task<(long Chats, long Answers)> KeptAsync(Guid person) => (
        await host.Database.ScalarAsync<long>("select count(*) from chats where created_by = $1", person),
        await host.Database.ScalarAsync<long>("select count(*) from chat_answers where created_by = $1", person));
}
