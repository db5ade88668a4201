using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace OnePlatform.Events.Data.Migrations
{
    /// <inheritdoc />
    public partial class CountsAreSummed : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.SumCounts();

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.DropSums();
    }
}
