create database identitydb;
create database ontologydb;
create database eventsdb;
create database knowledgedb;
