using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace OnePlatform.Identity.Data;

/// <summary>For <c>dotnet ef</c>, which has no connection strings.</summary>
internal sealed class IdentityDbDesign : IDesignTimeDbContextFactory<IdentityDb>
{
    public IdentityDb CreateDbContext(string[] args)
        => new(new DbContextOptionsBuilder<IdentityDb>().UseNpgsql().UseSnakeCaseNamingConvention().Options);
}
