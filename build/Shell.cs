using System.Diagnostics;

namespace Kube1.Build;

/// <summary>Runs programs: with their output on the screen, or captured.</summary>
internal static class Shell
{
    /// <summary>Runs a program on this terminal and returns its exit code.</summary>
    public static int Run(string program, IEnumerable<string> arguments, string? folder = null) =>
        Start(program, arguments, folder, capture: false).ExitCode;

    /// <summary>Runs a program on this terminal; a failure ends the build with <paramref name="failure"/>.</summary>
    public static void Require(string failure, string program, params string[] arguments)
    {
        if (Run(program, arguments) != 0)
        {
            throw new BuildException(failure);
        }
    }

    /// <summary>Runs a program silently; its exit code and what it printed to standard output.</summary>
    public static (int ExitCode, string Output) Capture(string program, params string[] arguments) =>
        Start(program, arguments, null, capture: true);

    /// <summary>The full path of a program on PATH or in one of <paramref name="extraFolders"/>; null when there is none.</summary>
    public static string? Find(string program, params string[] extraFolders) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Concat(extraFolders)
            .Where(folder => folder.Length > 0)
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists);

    private static (int ExitCode, string Output) Start(
        string program, IEnumerable<string> arguments, string? folder, bool capture)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder ?? "",
            RedirectStandardOutput = capture,
            RedirectStandardError = capture,
        };
        using var process = Process.Start(start) ?? throw new BuildException($"{program} could not be started");
        var output = "";
        if (capture)
        {
            var errors = process.StandardError.ReadToEndAsync();
            output = process.StandardOutput.ReadToEnd();
            errors.GetAwaiter().GetResult();
        }

        process.WaitForExit();
        return (process.ExitCode, output);
    }
}
