namespace OnePlatform.Querying.Tests;

public sealed class CompilingFilters
{
    [Theory]
    [InlineData("name = x", "t.name = @q_0")]
    [InlineData("name != x", "(t.name = @q_0) is not true")]
    [InlineData("NOT name = x OR stock > 5", "((t.name = @q_0) is not true or t.stock > @q_1)")]
    [InlineData("name = x note = x", "t.name = @q_0) and (t.note = @q_0")]
    [InlineData("name:x", "t.name ilike @q_0")]
    [InlineData("name = x*", "t.name like @q_0")]
    [InlineData("labels:x", "t.labels @> @q_0")]
    [InlineData("labels:*", "cardinality(t.labels) > 0")]
    [InlineData("name:*", "t.name is not null")]
    [InlineData("word", "(t.name ilike @q_0)")]
    [InlineData("properties.a.b = 5", "t.properties @> @q_2::jsonb")]
    [InlineData("properties.a:*", "jsonb_typeof((t.properties -> @q_0::text)) <> 'null'")]
    [InlineData("properties:a", "t.properties ? @q_0")]
    public void A_filter_becomes_a_predicate(string filter, string sql)
        => Assert.Equal($"(({sql}))", Listing.Plan(("filter", filter)).Where);

    [Fact]
    public void Values_have_the_type_of_their_field()
    {
        var plan = Listing.Plan(("filter",
            """name=5 price=5.50 stock=5 active=true createdAt>2024-02-29 owner=0197A0B0-0000-7000-8000-000000000001 labels:5 properties.a="5" properties.b=5.5 name="50%*" """));
        object[] expected =
            [
                "5", 5.50m, 5L, true, new DateTimeOffset(2024, 2, 29, 0, 0, 0, TimeSpan.Zero), new Guid("0197a0b0-0000-7000-8000-000000000001"),
                new[] { "5" }, "a", """{"a":"5"}""", "b", """{"b":5.5}""", @"50\%%",
            ];
        Assert.Equal(expected, plan.Parameters.Select(p => p.Value));
    }

    [Theory]
    [InlineData("nope = 1", 0, "There is no field nope to filter by; there are id, name,")]
    [InlineData("a=1 nope = 1", 0, "no field a")]
    [InlineData("name=1 nope = 1", 7, "no field nope")]
    [InlineData("warnings = 1", 0, "no field warnings")]
    [InlineData("Name = x", 0, "no field Name")]
    [InlineData("name.x = 1", 0, "name has no fields of its own")]
    [InlineData("owner = x", 8, "owner takes a UUID")]
    [InlineData("owner > 0197a0b0-0000-7000-8000-000000000001", 8, "no order")]
    [InlineData("price = x", 8, "price takes a number")]
    [InlineData("price = 1e400", 8, "price takes a number")]
    [InlineData("price = NaN", 8, "price takes a number")]
    [InlineData("stock = 5.5", 8, "stock takes a whole number")]
    [InlineData("stock = 99999999999999999999", 8, "stock takes a whole number")]
    [InlineData("active = yes", 9, "active takes true or false")]
    [InlineData("active < true", 9, "no order")]
    [InlineData("createdAt > yesterday", 12, "createdAt takes a time")]
    [InlineData("createdAt > 2024-02-30T00:00:00Z", 12, "createdAt takes a time")]
    [InlineData("createdAt > 0001-01-01T00:00:00+10:00", 12, "createdAt takes a time")]
    [InlineData("status = gone", 9, "status takes one of draft, active, closed")]
    [InlineData("status > draft", 9, "no order")]
    [InlineData("labels = x", 9, "labels:value")]
    [InlineData("name = a*b", 7, "start or the end")]
    [InlineData("properties.a = a*b", 15, "start or the end")]
    [InlineData("name = null", 7, "NOT name:*")]
    [InlineData("properties = 1", 0, "is a document")]
    [InlineData("properties.a > true", 15, "no order")]
    [InlineData("properties.a = 1e400", 15, "too large")]
    public void What_a_field_cannot_be_asked_is_refused(string filter, int position, string detail)
    {
        var error = Assert.Single(Listing.Errors(("filter", filter)));
        Assert.Equal(("invalid_filter", "/filter", position), (error.Code, error.Pointer, error.Position));
        Assert.Contains(detail, error.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_word_alone_is_refused_where_nothing_is_searched()
    {
        var list = new Lists.ListDefinition("tests.bare", new Fields.FieldMap(Fields.Field.Id("id")));
        Assert.False(list.TryPlan(Listing.Query(("filter", "open and shut")), Listing.Group, Listing.Signer, out _, out var errors));
        Assert.Contains("in capitals", Assert.Single(errors).Detail, StringComparison.Ordinal);
    }
}
