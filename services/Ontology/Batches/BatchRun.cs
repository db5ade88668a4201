using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using OnePlatform.Messaging;
using OnePlatform.Ontology.Data;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Batches;

/// <summary>Runs the operations of one batch, each as its route would, in one transaction.</summary>
internal sealed class BatchRun(OntologyDb db, BatchOperations operations, EndpointDataSource endpoints, OutboxSignal outbox)
{
    private const string Savepoint = "operation";

    /// <returns>The answer; the problem when an atomic batch was undone.</returns>
    public async Task<(BatchAnswer? Answer, ProblemHttpResult? Problem)> RunAsync(Caller caller, BatchRequest request, CancellationToken cancellationToken)
    {
        List<ProblemError> twice =
        [
            .. request.Operations.Index().Where(o => o.Item.Id is not null).GroupBy(o => o.Item.Id).SelectMany(same => same.Skip(1))
                .Select(o => new ProblemError($"/operations/{o.Index}/id", "duplicate_id", "An earlier operation has this name.")),
        ];
        if (twice.Count > 0)
        {
            return (null, Problems.Invalid(twice));
        }

        // Run again as a whole when the database asks for it: what was done is undone by then.
        var (answer, problem) = await db.Database.CreateExecutionStrategy().ExecuteAsync(token => RunOnceAsync(caller, request, token), cancellationToken);
        outbox.Wake();
        return (answer, problem);
    }

    private async Task<(BatchAnswer? Answer, ProblemHttpResult? Problem)> RunOnceAsync(Caller caller, BatchRequest request, CancellationToken cancellationToken)
    {
        await db.Database.OpenConnectionAsync(cancellationToken);
        try
        {
            await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
            db.Scope.Share((NpgsqlConnection)db.Database.GetDbConnection());
            var (results, references) = (new List<BatchResult>(request.Operations.Count), new BatchReferences());
            foreach (var (index, operation) in request.Operations.Index())
            {
                var result = await StepAsync(caller, operation, index, references, transaction, cancellationToken);
                if (result.Errors is not null && request.Atomic)
                {
                    return (null, Refused(result));
                }

                results.Add(result);
                if (operation.Id is { } name)
                {
                    references.Add(name, result.Body);
                }
            }

            if (!request.DryRun)
            {
                await transaction.CommitAsync(cancellationToken);
            }

            var failed = results.Count(r => r.Errors is not null);
            return (new BatchAnswer(!request.DryRun, results.Count - failed, failed, results), null);
        }
        finally
        {
            db.Scope.Share(null);
            await db.Database.CloseConnectionAsync();
        }
    }

    private async Task<BatchResult> StepAsync(
        Caller caller, BatchOperationRequest operation, int index, BatchReferences references, IDbContextTransaction transaction,
        CancellationToken cancellationToken)
    {
        if (operations.Find(operation.Op) is not { } known)
        {
            return Refuse(operation, index, StatusCodes.Status400BadRequest, [new ProblemError(
                $"/operations/{index}/op", "unknown_operation", $"There is no such operation; there are {string.Join(", ", BatchOperations.Names)}.")]);
        }

        var faults = new List<ProblemError>();
        var target = references.Resolve(operation.Target, $"/operations/{index}/target", faults);
        var body = references.Resolve(operation.Body, $"/operations/{index}/body", faults);
        if (faults.Count > 0)
        {
            return Refuse(operation, index, StatusCodes.Status400BadRequest, faults);
        }

        if (RefuseAccess(caller, known.Route) is { } refusal)
        {
            return Refuse(operation, index, StatusCodes.Status403Forbidden, [refusal with { Pointer = $"/operations/{index}" }]);
        }

        // Each begins as a request of its own would, whatever the one before it needed.
        db.ChangeTracker.Clear();
        db.Scope.ActIn(caller.GroupId is { } group ? [group] : []);
        await transaction.CreateSavepointAsync(Savepoint, cancellationToken);
        var result = await DoAsync(known, new BatchStep(caller, target, body, operation.IfMatch, cancellationToken), operation, index);
        await (result.Errors is null ? transaction.ReleaseSavepointAsync(Savepoint, cancellationToken) : transaction.RollbackToSavepointAsync(Savepoint, cancellationToken));
        return result;
    }

    private static async Task<BatchResult> DoAsync(BatchOperation operation, BatchStep step, BatchOperationRequest request, int index)
    {
        try
        {
            var result = await operation.RunAsync(step);
            while (result is INestedHttpResult nested)
            {
                result = nested.Result;
            }

            return result switch
            {
                ProblemHttpResult problem => Refuse(request, index, problem.StatusCode, ErrorsOf(problem.ProblemDetails, index)),
                NotFound => Refuse(request, index, StatusCodes.Status404NotFound, [new ProblemError($"/operations/{index}/target", "not_found", "There is no such object.")]),
                IValueHttpResult { Value: { } value } => new BatchResult(
                    index, request.Op, ((IStatusCodeHttpResult)result).StatusCode ?? StatusCodes.Status200OK, request.Id,
                    JsonSerializer.SerializeToElement(value, value.GetType(), ApiJson.Options)),
                _ => new BatchResult(index, request.Op, ((IStatusCodeHttpResult)result).StatusCode ?? StatusCodes.Status204NoContent, request.Id),
            };
        }
        catch (BatchStepException wrong)
        {
            return Refuse(request, index, StatusCodes.Status400BadRequest, [.. wrong.Errors.Select(e => e with { Pointer = $"/operations/{index}{e.Pointer}" })]);
        }
    }

    private ProblemError? RefuseAccess(Caller caller, string route)
    {
        var rule = endpoints.Endpoints.First(e => e.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName == route).Metadata.GetRequiredMetadata<AccessRule>();
        return rule.Scope is not null && !caller.Scopes.Covers(rule.Scope) ? new ProblemError("", ProblemCodes.InsufficientScope, $"This needs the scope '{rule.Scope}'.")
            : caller.Role < rule.MinimumRole
                ? new ProblemError("", ProblemCodes.InsufficientRole, $"This needs the role '{RoleNames.NameOf(rule.MinimumRole)}' in the acting group.")
            : null;
    }

    private static IReadOnlyList<ProblemError> ErrorsOf(ProblemDetails problem, int index)
        => problem.Extensions.TryGetValue("errors", out var errors) && errors is IReadOnlyList<ProblemError> { Count: > 0 } several
            ? [.. several.Select(e => e with { Pointer = $"/operations/{index}/body{e.Pointer}" })]
            : [new ProblemError($"/operations/{index}", problem.Extensions["code"] as string ?? "refused", problem.Detail ?? "The operation was refused.")];

    private static BatchResult Refuse(BatchOperationRequest request, int index, int status, IReadOnlyList<ProblemError> errors)
        => new(index, request.Op, status, request.Id, Code: errors[0].Code, Detail: errors[0].Detail, Errors: errors);

    private static ProblemHttpResult Refused(BatchResult result) => Problems.Of(
        result.Status, "batch_refused", $"Operation {result.Index} cannot be done, so none was: {result.Detail}", result.Errors);
}
