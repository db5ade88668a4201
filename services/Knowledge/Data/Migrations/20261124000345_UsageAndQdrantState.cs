using System;
using Microsoft.EntityFrameworkCore.Migrations;
using OnePlatform.ServiceDefaults;

#nullable disable

namespace OnePlatform.Knowledge.Data.Migrations
{
    /// <inheritdoc />
    public partial class UsageAndQdrantState : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "chat_answers",
                columns: table => new
                {
                    group_id = table.Column<Guid>(type: "uuid", nullable: false),
                    chat_id = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    created_by = table.Column<Guid>(type: "uuid", nullable: false),
                    stopped = table.Column<bool>(type: "boolean", nullable: false),
                    whole = table.Column<bool>(type: "boolean", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_chat_answers", x => new { x.group_id, x.chat_id });
                    table.UniqueConstraint("ak_chat_answers_id", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "model_usage",
                columns: table => new
                {
                    group_id = table.Column<Guid>(type: "uuid", nullable: false),
                    month = table.Column<DateOnly>(type: "date", nullable: false),
                    requests = table.Column<long>(type: "bigint", nullable: false),
                    input_tokens = table.Column<long>(type: "bigint", nullable: false),
                    output_tokens = table.Column<long>(type: "bigint", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_model_usage", x => new { x.group_id, x.month });
                });

            migrationBuilder.CreateTable(
                name: "qdrant_state",
                columns: table => new
                {
                    group_id = table.Column<Guid>(type: "uuid", nullable: false),
                    change = table.Column<long>(type: "bigint", nullable: false),
                    spaces = table.Column<string[]>(type: "text[]", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_qdrant_state", x => x.group_id);
                });

            migrationBuilder.CreateTable(
                name: "chat_answer_lines",
                columns: table => new
                {
                    answer_id = table.Column<Guid>(type: "uuid", nullable: false),
                    sequence = table.Column<int>(type: "integer", nullable: false),
                    group_id = table.Column<Guid>(type: "uuid", nullable: false),
                    text = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_chat_answer_lines", x => new { x.answer_id, x.sequence });
                    table.ForeignKey(
                        name: "fk_chat_answer_lines_chat_answers_answer_id",
                        column: x => x.answer_id,
                        principalTable: "chat_answers",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.ProtectByGroup("chat_answers");
            migrationBuilder.ProtectByGroup("chat_answer_lines");
            migrationBuilder.ProtectByGroup("model_usage");
            migrationBuilder.ProtectByGroup("qdrant_state");

            // Texts out of the way: filters look at every row of a group, and hardly ever at its text.
            migrationBuilder.Sql("alter table knowledge set (toast_tuple_target = 256)");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "chat_answer_lines");

            migrationBuilder.DropTable(
                name: "model_usage");

            migrationBuilder.DropTable(
                name: "qdrant_state");

            migrationBuilder.DropTable(
                name: "chat_answers");
        }
    }
}
