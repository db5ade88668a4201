using OnePlatform.Querying.Filters;

namespace OnePlatform.Querying.Tests;

public sealed class ReadingFilters
{
    [Theory]
    [InlineData("", "")]
    [InlineData("  \t\n", "")]
    [InlineData("a=1", "(= a 1)")]
    [InlineData(" a  =  1 ", "(= a 1)")]
    [InlineData("a!=1", "(!= a 1)")]
    [InlineData("a<1", "(< a 1)")]
    [InlineData("a<=1", "(<= a 1)")]
    [InlineData("a>1", "(> a 1)")]
    [InlineData("a>=1", "(>= a 1)")]
    [InlineData("a:1", "(: a 1)")]
    [InlineData("a:*", "(has a)")]
    [InlineData("a:\"*\"", "(: a '*'~*)")]
    [InlineData("a=-5.5e3", "(= a -5.5e3)")]
    [InlineData("a=1 b=2", "(and (= a 1) (= b 2))")]
    [InlineData("a=1 AND b=2", "(and (= a 1) (= b 2))")]
    [InlineData("a=1 OR b=2", "(or (= a 1) (= b 2))")]
    [InlineData("a=1 AND b=2 OR c=3", "(and (= a 1) (or (= b 2) (= c 3)))")]
    [InlineData("a=1 OR b=2 AND c=3", "(and (or (= a 1) (= b 2)) (= c 3))")]
    [InlineData("a=1 b=2 AND c=3 OR d=4", "(and (and (= a 1) (= b 2)) (or (= c 3) (= d 4)))")]
    [InlineData("a=1 OR b=2 c=3", "(and (or (= a 1) (= b 2)) (= c 3))")]
    [InlineData("NOT a=1 OR b=2", "(or (not (= a 1)) (= b 2))")]
    [InlineData("-a=1 b=2", "(and (not (= a 1)) (= b 2))")]
    [InlineData("NOT (a=1 OR b=2)", "(not (or (= a 1) (= b 2)))")]
    [InlineData("-(a=1)", "(not (= a 1))")]
    [InlineData("NOT(a=1)", "(not (= a 1))")]
    [InlineData("NOT (NOT a=1)", "(not (not (= a 1)))")]
    [InlineData("((a=1))", "(= a 1)")]
    [InlineData("(a=1 AND b=2) OR c=3", "(or (and (= a 1) (= b 2)) (= c 3))")]
    [InlineData("a.b.c=1", "(= a/b/c 1)")]
    [InlineData("a.\"odd name\".'x.y' = 1", "(= a/odd name/x.y 1)")]
    [InlineData("a.AND=1", "(= a/AND 1)")]
    [InlineData("ANDY=1 ORDER=2", "(and (= ANDY 1) (= ORDER 2))")]
    [InlineData("my-field=a-b", "(= my-field a-b)")]
    [InlineData("t>2024-02-29T11:30:00.5+02:00", "(> t 2024-02-29T11:30:00.5+02:00)")]
    [InlineData("a='it''s'", "(and (= a 'it') (search 's'))")]
    [InlineData("a=\"q\\\"\\\\\\n\\u00e9\"", "(= a 'q\"\\\n\u00e9')")]
    [InlineData("a=\"\\ud83d\\ude00\"", "(= a '\U0001F600')")]
    [InlineData("a=pre*", "(= a pre*~pre*)")]
    [InlineData("a=b\\c*", "(= a b\\c*~b\\\\c*)")]
    [InlineData("a=\"\\*x*\"", "(= a '*x*'~\\*x*)")]
    [InlineData("a=\"AND\"", "(= a 'AND')")]
    [InlineData("word", "(search word)")]
    [InlineData("one.two \"two words\"", "(and (search one.two) (search 'two words'))")]
    public void Text_becomes_the_tree(string text, string tree)
    {
        var (filter, error) = FilterParser.Parse(text);
        Assert.Null(error);
        Assert.Equal(tree, FilterText.Tree(filter));
    }

    [Theory]
    [InlineData("a=", 2, "value was expected")]
    [InlineData("a= AND b=1", 3, "keyword")]
    [InlineData("a==1", 2, "value was expected")]
    [InlineData("a!1", 1, "operator")]
    [InlineData("=1", 0, "field name")]
    [InlineData("a=1 AND", 7, "at the end")]
    [InlineData("AND a=1", 0, "not AND")]
    [InlineData("a=1 OR OR b=1", 7, "not OR")]
    [InlineData("NOT", 3, "at the end")]
    [InlineData("NOT NOT a=1", 4, "not NOT")]
    [InlineData("(a=1", 0, "not closed")]
    [InlineData("a=1)", 3, "no (")]
    [InlineData("()", 1, "field name")]
    [InlineData("a=\"x", 2, "not closed")]
    [InlineData("a=\"x\\q\"", 4, "escape")]
    [InlineData("a=\"\\u12\"", 3, "escape")]
    [InlineData("a=\"\\u0000\"", 2, "stored")]
    [InlineData("a=\"\\ud800\"", 2, "stored")]
    [InlineData("a.\"\\ud800\"=1", 2, "stored")]
    [InlineData("a..b=1", 2, "field name")]
    [InlineData("a.=1", 2, "field name")]
    [InlineData("size(a)=1", 0, "Functions")]
    [InlineData("a=now()", 2, "Functions")]
    [InlineData("a=(1 OR 2)", 2, "group of values")]
    [InlineData("a,b", 1, "field name")]
    [InlineData("a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q=1", 0, "16 steps")]
    public void What_is_wrong_is_said_with_its_position(string text, int position, string detail)
    {
        var (filter, error) = FilterParser.Parse(text);
        Assert.Null(filter);
        Assert.Equal(("invalid_filter", "/filter", position), (error!.Code, error.Pointer, error.Position));
        Assert.Contains(detail, error.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Length_depth_and_number_of_terms_end_somewhere()
    {
        Accepts("a=" + new string('x', 4094));
        Refuses("a=" + new string('x', 4095), 4096);
        Accepts(Nest(32));
        Refuses(Nest(33), 32);
        Accepts(string.Join(' ', Enumerable.Repeat("(a=1)", 40)));
        Accepts(string.Join(' ', Enumerable.Repeat("a=1", 100)));
        Refuses(string.Join(' ', Enumerable.Repeat("a=1", 101)), 400);
        Refuses("a=\0", 0);
        Refuses("a=\ud800", 0);

        static string Nest(int depth) => new string('(', depth) + "a=1" + new string(')', depth);
        static void Accepts(string text) => Assert.Null(FilterParser.Parse(text).Error);
        static void Refuses(string text, int position) => Assert.Equal(position, FilterParser.Parse(text).Error?.Position);
    }
}
