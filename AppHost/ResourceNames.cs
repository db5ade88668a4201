namespace OnePlatform.AppHost;

/// <summary>The names by which services find each other and by which tests address them.</summary>
public static class ResourceNames
{
    public const string Postgres = "postgres";
    public const string Redis = "redis";
    public const string RabbitMQ = "rabbitmq";
    public const string Qdrant = "qdrant";

    public const string IdentityDb = "identitydb";
    public const string OntologyDb = "ontologydb";
    public const string EventsDb = "eventsdb";
    public const string KnowledgeDb = "knowledgedb";

    public const string Identity = "identity";
    public const string Ontology = "ontology";
    public const string Events = "events";
    public const string Knowledge = "knowledge";
    public const string Gateway = "gateway";
    public const string Demo = "demo";
}
