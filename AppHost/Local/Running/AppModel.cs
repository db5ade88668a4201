using System.Reflection;

namespace OnePlatform.AppHost.Local;

/// <summary>The resources AppHost.cs describes, for a test that runs them itself: the tests' model and the real one cannot differ.</summary>
internal static class AppModel
{
    private static readonly AsyncLocal<Action<IReadOnlyList<IResource>>?> s_taker = new();

    public static IReadOnlyList<IResource> Read()
    {
        IReadOnlyList<IResource> model = [];
        s_taker.Value = resources => model = resources;
        try
        {
            typeof(AppModel).Assembly.EntryPoint!.Invoke(
                null, BindingFlags.DoNotWrapExceptions, binder: null, [Array.Empty<string>()], culture: null);
        }
        finally
        {
            s_taker.Value = null;
        }

        return model;
    }

    public static bool TryHandOver(IReadOnlyList<IResource> resources)
    {
        s_taker.Value?.Invoke(resources);
        return s_taker.Value is not null;
    }
}
