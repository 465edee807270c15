namespace Kube1.Build;

/// <summary>Runs test/Kube1.Benchmarks; what measures a cluster runs the published file, made anew.</summary>
internal static class BenchmarkRun
{
    public static int Run(string root, IReadOnlyList<string> arguments)
    {
        if (arguments is [] or ["cluster"])
        {
            Dependencies.InstallForTests();
            Publisher.Publish(root, []);
        }

        return Shell.Run(
            "dotnet",
            ["run", "--project", Path.Combine(root, "test/Kube1.Benchmarks"), "-c", "Release", "--", .. arguments],
            root);
    }
}
