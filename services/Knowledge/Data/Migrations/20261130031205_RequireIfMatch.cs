using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace OnePlatform.Knowledge.Data.Migrations
{
    /// <inheritdoc />
    public partial class RequireIfMatch : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<bool>(
                name: "require_if_match",
                table: "group_tree",
                type: "boolean",
                nullable: false,
                defaultValue: false);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "require_if_match",
                table: "group_tree");
        }
    }
}
