namespace Kube1.EndToEnd.Kit;

/// <summary>npm, which brings programs that only tests need.</summary>
internal static class Npm
{
    /// <summary>
    /// What npm fetches here takes seconds; when one of its connections goes dead it may wait for ever, whatever its
    /// own timeouts are (https://github.com/npm/cli/issues/4028). It is ended then and started again: what came so far
    /// is in its cache.
    /// </summary>
    private static readonly TimeSpan AttemptLimit = TimeSpan.FromSeconds(75);

    private const int Attempts = 4;

    private static readonly string[] Patience =
    [
        "--fetch-timeout=15000", "--fetch-retries=3", "--fetch-retry-mintimeout=1000", "--fetch-retry-factor=2",
        "--maxsockets=6", "--prefer-offline", "--loglevel=http",
    ];

    /// <summary>Null when npm did it, else what its last attempt printed.</summary>
    public static async Task<string?> TryAsync(params string[] arguments)
    {
        string? failure = null;
        for (var attempt = 1; attempt <= Attempts; attempt++)
        {
            try
            {
                var run = await Programs.RunAsync("npm", [.. arguments, .. Patience], limit: AttemptLimit);
                if (run.ExitCode == 0)
                {
                    return null;
                }

                failure = $"npm {string.Join(' ', arguments)}: {run}";
            }
            catch (TimeoutException e)
            {
                failure = e.Message;
            }

            await TestContext.Progress.WriteLineAsync($"attempt {attempt} of {Attempts}: {failure}");
        }

        return failure;
    }
}
