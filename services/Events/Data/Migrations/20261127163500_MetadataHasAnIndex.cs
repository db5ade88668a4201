using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace OnePlatform.Events.Data.Migrations
{
    /// <inheritdoc />
    public partial class MetadataHasAnIndex : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.IndexMetadata();

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("drop index ix_events_metadata");
    }
}
