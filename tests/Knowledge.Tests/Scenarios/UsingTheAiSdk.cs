using OnePlatform.Knowledge.Data;
using OnePlatform.Knowledge.Tests.Hosting;
using OnePlatform.Testing;
using Xunit;

namespace OnePlatform.Knowledge.Tests.Scenarios;

/// <summary>The npm package <c>ai</c>, its current major and the two before, unchanged, over a socket and between two instances.</summary>
public sealed class UsingTheAiSdk(KnowledgeHost host) : IClassFixture<KnowledgeHost>, IAsyncLifetime
{
    private readonly Tenant _tenant = host.NewTenant();
    private FakeModel _model = null!;
    private ServiceHost<KnowledgeDb> _one = null!;
    private ServiceHost<KnowledgeDb> _other = null!;

    public async Task InitializeAsync()
    {
        _model = await FakeModel.StartAsync();
        _model.Deltas = ["Refunds are paid within ", "14 days [1]."];
        (string, string)[] settings = [("ChatModel:Endpoint", _model.Address), ("ChatModel:Model", "m")];
        (_one, _other) = (host.Serve(settings), host.Serve(settings));
        await _tenant.DocumentAsync("Refund policy", "Refunds are paid out within 14 days of the request.");
    }

    public async Task DisposeAsync()
    {
        await _one.DisposeAsync();
        await _other.DisposeAsync();
        await _model.DisposeAsync();
    }

    [Fact]
    public Task It_reads_text_sources_citations_and_usage_of_streams_and_chats() => RunAsync("answers");

    [Fact]
    public Task It_shows_refusals_and_keeps_what_came_before_a_break()
    {
        _model.Breaks = true;
        return RunAsync("errors");
    }

    [Fact]
    public Task It_goes_away_comes_back_at_another_instance_and_stops_the_answer_there()
    {
        _model.Hangs = true;
        return RunAsync("resuming");
    }

    private Task RunAsync(string mode)
        => NodeClients.CompleteAsync("ai-streams.mjs", mode, _one.Address(), _other.Address(), host.Tokens.ForPerson(_tenant.Person, _tenant.Group));
}
