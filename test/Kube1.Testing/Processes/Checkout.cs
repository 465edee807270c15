namespace Kube1.Testing.Processes;

/// <summary>Where things are in the checkout that tests and benchmarks run from.</summary>
internal static class Checkout
{
    public static string Root { get; } = FindRoot();

    /// <summary>The published program; `build.sh test` and `build.sh bench` make it first.</summary>
    public static string Program { get; } = Path.Combine(Root, "dist", "kube1");

    public static string Artifacts { get; } = Path.Combine(Root, "artifacts");

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Kube1.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("this must run from inside a checkout");
    }
}
