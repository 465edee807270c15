using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Kube1.Runtimes.Cri.Containerd;

/// <summary>
/// The version of a containerd binary. Asking it costs tens of milliseconds of a cold start, so the answer is kept in
/// a file for as long as the binary is the same.
/// </summary>
internal static partial class ContainerdVersion
{
    private static readonly TimeSpan AskBound = TimeSpan.FromSeconds(10);

    public static async Task<Version> ReadAsync(
        string binary, string cacheFile, TimeProvider time, CancellationToken ct)
    {
        // What a link leads to: an upgrade changes that and leaves the link.
        var info = File.ResolveLinkTarget(binary, returnFinalTarget: true) as FileInfo ?? new FileInfo(binary);
        var key = string.Create(
            CultureInfo.InvariantCulture, $"{info.FullName} {info.Length} {info.LastWriteTimeUtc.Ticks}");
        if (File.Exists(cacheFile)
            && await File.ReadAllLinesAsync(cacheFile, ct).ConfigureAwait(false) is [var cachedKey, var cachedVersion]
            && cachedKey == key && Version.TryParse(cachedVersion, out var cached))
        {
            return cached;
        }

        var text = await AskAsync(binary, time, ct).ConfigureAwait(false);
        var version = Parse(text)
            ?? throw new IOException($"{binary} --version gave \"{text.Trim()}\", which holds no version");
        await File.WriteAllLinesAsync(cacheFile, [key, version.ToString()], ct).ConfigureAwait(false);
        return version;
    }

    internal static Version? Parse(string text) =>
        Pattern().Match(text) is { Success: true } match && Version.TryParse(match.Groups[1].Value, out var version)
            ? version
            : null;

    private static async Task<string> AskAsync(string binary, TimeProvider time, CancellationToken ct)
    {
        using var timer = new CancellationTokenSource(AskBound, time);
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(ct, timer.Token);
        using var process = Process.Start(new ProcessStartInfo(binary, "--version") { RedirectStandardOutput = true })
            ?? throw new IOException($"cannot start {binary}");
        var output = await process.StandardOutput.ReadToEndAsync(bound.Token).ConfigureAwait(false);
        await process.WaitForExitAsync(bound.Token).ConfigureAwait(false);
        return output;
    }

    [GeneratedRegex(@"\bv?(\d+\.\d+\.\d+)")]
    private static partial Regex Pattern();
}
