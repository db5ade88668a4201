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
            "description": "Groups, people, things, connections, events and knowledge, behind one API. Errors are problems by RFC 9457; limits are told by RateLimit headers on every answer.",
            "contact": { "name": "OnePlatform" }
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
                  "400": { "$ref": "#/components/responses/BadRequest" },
                  "401": { "$ref": "#/components/responses/Unauthorized" },
                  "429": { "$ref": "#/components/responses/TooManyRequests" }
                }
              }
            }
          },
          "components": {
            "securitySchemes": {
              "apiKey": { "type": "apiKey", "in": "header", "name": "X-API-Key" },
              "bearer": {
                "type": "http",
                "scheme": "bearer",
                "bearerFormat": "JWT",
                "description": "An access token, signed with ES256 and checked by the practices of RFC8725; or an API key."
              }
            },
            "parameters": {
              "ActingGroup": {
                "name": "X-Group-Id",
                "in": "header",
                "description": "A group below the credential's own to act in.",
                "schema": { "type": "string", "format": "uuid", "maxLength": 36 }
              },
              "IdempotencyKey": {
                "name": "Idempotency-Key",
                "in": "header",
                "description": "The same request with the same key acts once; for a day its answer is repeated. Answers that stream, and imports, take no notice of it.",
                "schema": { "type": "string", "minLength": 1, "maxLength": 255 }
              }
            },
            "headers": {
              "Access-Control-Allow-Origin": {
                "description": "The origin of the page that asked, where the configuration or the group allows it.",
                "schema": { "type": "string" },
                "example": "https://app.example.com"
              },
              "RateLimit": {
                "description": "What is left of each limit and the seconds until there is more, as draft-ietf-httpapi-ratelimit-headers-10 has it.",
                "schema": { "type": "string" },
                "example": "\"key\";r=999;t=60, \"group\";r=4999;t=60"
              },
              "RateLimit-Policy": {
                "description": "The limits that the request counts against.",
                "schema": { "type": "string" },
                "example": "\"key\";q=1000;w=60, \"group\";q=5000;w=60"
              },
              "Retry-After": {
                "description": "Seconds after which to try again.",
                "schema": { "type": "integer", "format": "int32", "minimum": 1 },
                "example": 17
              }
            },
            "responses": {
              "BadRequest": {
                "description": "The request shows more than one credential.",
                "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/HealthProblem" } } }
              },
              "InternalError": {
                "description": "A fault of the platform; traceId finds it.",
                "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/HealthProblem" } } }
              },
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
                  "status": { "type": "integer", "format": "int32" },
                  "detail": { "type": "string" },
                  "code": { "type": "string" }
                }
              }
            }
          }
        }
        """)!;
}
