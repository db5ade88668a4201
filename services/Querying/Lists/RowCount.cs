using System.Data.Common;
using System.Globalization;
using System.Text.Json;

namespace OnePlatform.Querying.Lists;

/// <summary>How many rows a list has: counted, or as the planner guesses, which costs nothing however many there are.</summary>
internal static class RowCount
{
    public static async Task<long> ExactAsync(DbCommand command, string rows, CancellationToken cancellationToken)
    {
        command.CommandText = $"select count(*) from {rows}";
        return Convert.ToInt64(await command.ExecuteScalarAsync(cancellationToken), CultureInfo.InvariantCulture);
    }

    public static async Task<long> EstimatedAsync(DbCommand command, string rows, CancellationToken cancellationToken)
    {
        command.CommandText = $"explain (format json) select 1 from {rows}";
        using var explanation = JsonDocument.Parse((string)(await command.ExecuteScalarAsync(cancellationToken))!);
        return (long)explanation.RootElement[0].GetProperty("Plan").GetProperty("Plan Rows").GetDouble();
    }
}
