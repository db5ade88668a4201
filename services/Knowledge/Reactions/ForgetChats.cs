using MassTransit;
using OnePlatform.Identity.Contracts;
using OnePlatform.Knowledge.Chats;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Knowledge.Reactions;

/// <summary>With an account its conversations go, in every group. What is gone already is not missed, so no inbox is needed.</summary>
internal sealed class ForgetChats(ChatStore chats, TenantScope scope) : IConsumer<UserChanged>
{
    public async Task Consume(ConsumeContext<UserChanged> context)
    {
        if (context.Message.User is { Deleted: true, Id: var person })
        {
            scope.ActAsSystem();
            await chats.RemoveOfAsync(person, context.CancellationToken);
        }
    }
}
