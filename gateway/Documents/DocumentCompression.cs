namespace OnePlatform.Gateway.Documents;

/// <summary>
/// Compresses the gateway's own documents, which are the same for everybody. Answers to a credential are not compressed: their
/// length would tell an attacker who can make part of them what secret stands beside it.
/// </summary>
internal static class DocumentCompression
{
    private static readonly PathString[] s_documents = ["/openapi", "/docs", "/problems"];

    public static void UseDocumentCompression(this WebApplication app) => app.UseWhen(
        context => Array.Exists(s_documents, document => context.Request.Path.StartsWithSegments(document)),
        documents => documents.UseResponseCompression());
}
