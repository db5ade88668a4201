using System;
using Microsoft.EntityFrameworkCore.Migrations;
using OnePlatform.Ontology.Types.Custom;

#nullable disable

namespace OnePlatform.Ontology.Data.Migrations
{
    /// <inheritdoc />
    public partial class TypesOfGroups : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "custom_types",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    group_id = table.Column<Guid>(type: "uuid", nullable: false),
                    kind = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    name = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    definition = table.Column<string>(type: "json", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false),
                    created_by = table.Column<Guid>(type: "uuid", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_custom_types", x => x.id);
                });

            migrationBuilder.CreateIndex(
                name: "ix_custom_types_name",
                table: "custom_types",
                columns: new[] { "group_id", "kind", "name" },
                unique: true);

            migrationBuilder.LetTypesBeInherited();
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("drop function hold_type(uuid, bigint)");
            migrationBuilder.DropTable(
                name: "custom_types");
        }
    }
}
