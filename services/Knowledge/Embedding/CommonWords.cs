using System.Collections.Frozen;
using OnePlatform.Knowledge.Analysis;

namespace OnePlatform.Knowledge.Embedding;

/// <summary>
/// Words at home in English prose on any subject. Not stop words, for a search for "open order" is about them, but sharing
/// one says little about whether two texts have the same subject.
/// </summary>
internal static class CommonWords
{
    private const string English = """
        able about accord account achieve across act actual add additional again agree allow almost alone along already also
        although always among amount another answer anyone anything appear apply approach approximate area around arrange ask
        aspect assume attempt author available avoid away back bad base basic basis become begin behind believe best better
        big bring build call care carry case cause certain change choose clear close come common compare comparison complete
        concern conclude conclusion condition consider consist contain continue correspond course cover create current day
        deal decide define definite degree depend derive describe description design detail determine develop development
        differ difference different difficult direct discuss discussion due during early easy effect either employ end enough
        entire especially essential establish estimate evaluate even every evidence examine example except exist expect
        experience explain express extend extent fact fall far feel few field figure final find first follow form former found
        four full further general get give go good great group grow half hand happen hard head help high hold however idea
        important improve include increase indicate individual influence information instance instead interest introduce
        involve issue item keep kind know known large last late later latter lead least leave less let level like likely limit
        line list little live local long look lose lot low main make man manner many mark matter may mean measure meet mention
        method might mind moment month move much must name nature near necessary need never new next normal note nothing now
        number object observe obtain occur offer often old one open order ordinary original otherwise outside overall page
        paper part particular pass past pay people perform perhaps period permit person place plan play point possible
        practical practice prepare present previous principle probably problem proceed process produce proper property propose
        prove provide publish purpose put question quite range rather reach read real really reason receive recent reduce
        refer regard relate relation relative remain remark report represent require respect result retain right run say
        second section see seem select sense separate serve set several shall show side similar simple simply since single
        situation small solve something sometimes soon sort speak special specific stand start state step still stop study
        subject such suggest suit sum suppose sure system table take talk tell term test thank therefore thing think third
        though thought three through throughout thus time today together top total toward treat treatment true try turn two
        type typical understand unit upon use useful usual value various vary various version via view want way week well
        whatever whether whole whose wide within without word work world write year yes yet young
        """;

    private static readonly FrozenSet<string> s_stems =
        TextAnalyzer.Terms(English).Select(term => term.Text).ToFrozenSet(StringComparer.Ordinal);

    public static bool Contains(string stem) => s_stems.Contains(stem);
}
