using MassTransit;
using OnePlatform.Knowledge.Contracts;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Knowledge.Documents;

/// <summary>Indexes a document that was accepted. A delivery of work that is done, or that another instance has claimed, does nothing.</summary>
internal sealed class IngestDocument(Ingestion ingestion, TenantScope scope) : IConsumer<DocumentAccepted>
{
    public Task Consume(ConsumeContext<DocumentAccepted> context)
    {
        scope.ActIn(context.Message.GroupId);
        return ingestion.RunAsync(context.Message.GroupId, context.Message.JobId, context.CancellationToken);
    }
}
