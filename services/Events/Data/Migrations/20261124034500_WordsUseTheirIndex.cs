using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace OnePlatform.Events.Data.Migrations
{
    /// <inheritdoc />
    public partial class WordsUseTheirIndex : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.LetWordsUseTheirIndex();

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            // What leaks nothing may stay marked so.
        }
    }
}
