using System.Text.Json.Nodes;

namespace OnePlatform.Gateway.Documents;

/// <summary>The head of the merged document, and the operations that the gateway answers itself.</summary>
internal static class OwnOperations
{
    public static JsonObject Document() => (JsonObject)JsonNode.Parse(
        """
        {
          "openapi": "3.1.1",
          "info": {
            "title": "OnePlatform API",
            "version": "1",
            "description": "Groups, people, things, connections, events and knowledge, behind one API. Errors are problems by RFC 9457; limits are told by RateLimit headers on every answer."
          },
          "tags": [ { "name": "Health", "description": "Whether the platform answers." } ],
          "paths": {
            "/api/health": {
              "get": {
                "tags": [ "Health" ],
                "operationId": "GetHealth",
                "summary": "Whether the platform answers, and whom a credential stands for.",
                "description": "Works without a credential; with one it names the acting group.",
                "security": [ {}, { "apiKey": [] }, { "bearer": [] } ],
                "responses": {
                  "200": {
                    "description": "The platform answers.",
                    "content": {
                      "application/json": {
                        "schema": { "$ref": "#/components/schemas/HealthResponse" },
                        "example": { "status": "ok", "version": "1.0.0" }
                      }
                    }
                  },
                  "401": { "$ref": "#/components/responses/Unauthorized" },
                  "429": { "$ref": "#/components/responses/TooManyRequests" }
                }
              }
            }
          },
          "components": {
            "securitySchemes": {
              "apiKey": { "type": "apiKey", "in": "header", "name": "X-API-Key" },
              "bearer": { "type": "http", "scheme": "bearer", "bearerFormat": "JWT" }
            },
            "responses": {
              "Unauthorized": {
                "description": "The credential is not valid.",
                "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/HealthProblem" } } }
              },
              "TooManyRequests": {
                "description": "A limit is exhausted; Retry-After says until when.",
                "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/HealthProblem" } } }
              }
            },
            "schemas": {
              "HealthResponse": {
                "type": "object",
                "required": [ "status", "version" ],
                "properties": {
                  "status": { "type": "string", "description": "Always ok." },
                  "version": { "type": "string", "description": "Version of the platform." },
                  "groupId": { "type": "string", "format": "uuid", "description": "The acting group of the credential." }
                }
              },
              "HealthProblem": {
                "type": "object",
                "description": "An error, by RFC 9457.",
                "required": [ "type", "title", "status", "code" ],
                "properties": {
                  "type": { "type": "string" },
                  "title": { "type": "string" },
                  "status": { "type": "integer" },
                  "detail": { "type": "string" },
                  "code": { "type": "string" }
                }
              }
            }
          }
        }
        """)!;
}
