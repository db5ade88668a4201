using System.Globalization;
using OnePlatform.Bench.Retrieval;

if (args is not [var folder, .. var more] || !Directory.Exists(folder))
{
    Console.Error.WriteLine("usage: bench/retrieval/run <folder with cran.all.1400, cran.qry, cranqrel> [--speed] [--service [vector] [keyword] [hybrid] [filters] [ingestion]]");
    return 2;
}

var collection = Cranfield.Read(folder);
var retrieval = new RetrievalRun(collection);
Console.WriteLine($"{collection.Documents.Count} documents, {collection.Queries.Count} queries");
Console.WriteLine("mode      nDCG@10  recall@10  MRR@10");
foreach (var (mode, rankings) in retrieval.All())
{
    var measures = Measures.Of(rankings, collection.Relevant);
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"{mode,-8}  {measures.Ndcg:F4}   {measures.Recall:F4}     {measures.ReciprocalRank:F4}"));
}

if (more.Contains("--speed"))
{
    SpeedRun.Print(collection);
}

if (more.Contains("--service"))
{
    await ServiceRun.PrintAsync(collection, more);
}

return 0;
