using OnePlatform.AppHost;

var builder = DistributedApplication.CreateBuilder(args);

// Publishing targets one environment at a time: -- --publish-to compose | kubernetes
switch (builder.Configuration["publish-to"])
{
    case "compose": builder.AddDockerComposeEnvironment("compose"); break;
    case "kubernetes": builder.AddKubernetesEnvironment("kubernetes"); break;
}

var postgres = builder.AddPostgres(ResourceNames.Postgres).WithDataVolume();
var redis = builder.AddRedis(ResourceNames.Redis);
var rabbitmq = builder.AddRabbitMQ(ResourceNames.RabbitMQ);
var qdrant = builder.AddQdrant(ResourceNames.Qdrant).WithDataVolume();

var identityDb = postgres.AddDatabase(ResourceNames.IdentityDb);
var ontologyDb = postgres.AddDatabase(ResourceNames.OntologyDb);
var eventsDb = postgres.AddDatabase(ResourceNames.EventsDb);
var knowledgeDb = postgres.AddDatabase(ResourceNames.KnowledgeDb);

var identity = builder.AddProject<Projects.Identity>(ResourceNames.Identity)
    .WithReference(identityDb).WaitFor(identityDb)
    .WithReference(redis).WaitFor(redis)
    .WithReference(rabbitmq).WaitFor(rabbitmq)
    .WithHttpEndpoint()
    .WithHttpHealthCheck("/health/ready");

var events = builder.AddProject<Projects.Events>(ResourceNames.Events)
    .WithReference(eventsDb).WaitFor(eventsDb)
    .WithReference(redis).WaitFor(redis)
    .WithReference(rabbitmq).WaitFor(rabbitmq)
    .WithReference(identity)
    .WithHttpEndpoint()
    .WithHttpHealthCheck("/health/ready");

var ontology = builder.AddProject<Projects.Ontology>(ResourceNames.Ontology)
    .WithReference(ontologyDb).WaitFor(ontologyDb)
    .WithReference(rabbitmq).WaitFor(rabbitmq)
    .WithReference(identity)
    .WithReference(events)
    .WithHttpEndpoint()
    .WithHttpHealthCheck("/health/ready");

// Each asks the other: Ontology for signing keys, Identity for what its pages offer of groups.
identity.WithReference(ontology);

var knowledge = builder.AddProject<Projects.Knowledge>(ResourceNames.Knowledge)
    .WithReference(knowledgeDb).WaitFor(knowledgeDb)
    .WithReference(qdrant).WaitFor(qdrant)
    .WithReference(redis).WaitFor(redis)
    .WithReference(rabbitmq).WaitFor(rabbitmq)
    .WithReference(identity)
    .WithReference(ontology)
    .WithReference(events)
    .WithHttpEndpoint()
    .WithHttpHealthCheck("/health/ready");

var gateway = builder.AddProject<Projects.Gateway>(ResourceNames.Gateway)
    .WithReference(redis).WaitFor(redis)
    .WithReference(rabbitmq).WaitFor(rabbitmq)
    .WithReference(identity).WaitFor(identity)
    .WithReference(ontology).WaitFor(ontology)
    .WithReference(events).WaitFor(events)
    .WithReference(knowledge).WaitFor(knowledge)
    .WithHttpEndpoint(port: 8080)
    .WithHttpHealthCheck("/health/ready")
    .WithExternalHttpEndpoints();

// Fills a fresh platform with a tenant to look at, then ends; no part of what is deployed.
if (builder.ExecutionContext.IsRunMode)
{
    builder.AddProject<Projects.Demo>(ResourceNames.Demo).WithReference(gateway).WaitFor(gateway);
}

builder.Build().Run();
