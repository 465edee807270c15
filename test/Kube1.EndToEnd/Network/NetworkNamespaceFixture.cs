using System.Diagnostics;

namespace Kube1.EndToEnd.Network;

/// <summary>A network namespace of the test's own, with its loopback up; gone on dispose.</summary>
internal sealed class NetworkNamespaceFixture : IDisposable
{
    public NetworkNamespaceFixture()
    {
        Name = "kube1-test-" + Guid.NewGuid().ToString("N")[..8];
        Run("ip", "netns", "add", Name);
        Run("ip", "-n", Name, "link", "set", "lo", "up");
    }

    public string Name { get; }

    /// <summary>Runs a program in the namespace and returns what it printed.</summary>
    public string Execute(params string[] command) => Run("ip", ["netns", "exec", Name, .. command]);

    /// <summary>Runs nft in the namespace over a file of commands.</summary>
    public string Nft(string commands)
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, commands);
            return Execute("nft", "-f", file);
        }
        finally
        {
            File.Delete(file);
        }
    }

    public void Dispose() => Run("ip", "netns", "delete", Name);

    internal static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, $"{program} {string.Join(' ', arguments)}: {errors.Result}");
        return output;
    }
}
