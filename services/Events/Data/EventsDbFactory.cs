using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace OnePlatform.Events.Data;

/// <summary>For <c>dotnet ef</c>, which needs the model and no server.</summary>
internal sealed class EventsDbFactory : IDesignTimeDbContextFactory<EventsDb>
{
    public EventsDb CreateDbContext(string[] args) => new(
        new DbContextOptionsBuilder<EventsDb>().UseNpgsql("Host=localhost").UseSnakeCaseNamingConvention().Options);
}
