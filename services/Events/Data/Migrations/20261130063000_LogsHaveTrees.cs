using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace OnePlatform.Events.Data.Migrations
{
    /// <inheritdoc />
    public partial class LogsHaveTrees : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.CreateTrees();

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.DropTrees();
    }
}
