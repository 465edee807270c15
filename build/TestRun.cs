using System.Globalization;
using System.Text.RegularExpressions;

namespace Kube1.Build;

/// <summary>Runs the test projects and closes with one line that counts all of them.</summary>
internal static partial class TestRun
{
    /// <summary>What users run is optimized; the tests of codecs and fuzzers take half the time in it.</summary>
    private const string Configuration = "Release";

    public static int Run(string root, IReadOnlyList<string> arguments)
    {
        var endToEnd = !arguments.Contains("--unit");
        var unit = !arguments.Contains("--end-to-end");
        if (endToEnd)
        {
            Dependencies.InstallForTests();
            Publisher.Publish(root, []);
        }

        var results = Path.Combine(root, "artifacts", "test-results");
        if (Directory.Exists(results))
        {
            Directory.Delete(results, recursive: true);
        }

        Shell.Require(
            "the tests do not build", "dotnet", "build", Path.Combine(root, "Kube1.sln"), "-c", Configuration, "-v", "q",
            "-nologo", "-clp:ErrorsOnly;NoSummary");
        var failedRuns = 0;
        foreach (var project in new[] { unit ? "Kube1.Tests" : null, endToEnd ? "Kube1.EndToEnd" : null }.OfType<string>())
        {
            List<string> command =
            [
                "test", Path.Combine(root, "test", project, project + ".csproj"), "-c", Configuration, "--no-build",
                "-nologo", "--logger", "console;verbosity=minimal", "--logger", $"trx;LogFileName={project}.trx",
                "--results-directory", results,
            ];
            if (Publisher.Argument(arguments, "--filter") is { } filter)
            {
                command.AddRange(["--filter", filter]);
            }

            failedRuns += Shell.Run("dotnet", command, root) == 0 ? 0 : 1;
        }

        return Summarize(results, failedRuns);
    }

    private static int Summarize(string results, int failedRuns)
    {
        int passed = 0, failed = 0, skipped = 0;
        foreach (var file in Directory.Exists(results) ? Directory.GetFiles(results, "*.trx") : [])
        {
            var counters = Counters().Match(File.ReadAllText(file));
            int Count(string name) => int.Parse(counters.Groups[name].Value, CultureInfo.InvariantCulture);
            passed += Count("passed");
            failed += Count("failed");
            skipped += Count("total") - Count("executed");
        }

        Console.WriteLine($"{passed} passed, {failed} failed" + (skipped > 0 ? $", {skipped} skipped" : ""));
        return failed == 0 && failedRuns == 0 && passed > 0 ? 0 : 1;
    }

    [GeneratedRegex("""<Counters total="(?<total>\d+)" executed="(?<executed>\d+)" passed="(?<passed>\d+)" failed="(?<failed>\d+)" """)]
    private static partial Regex Counters();
}
