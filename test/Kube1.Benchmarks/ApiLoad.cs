using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;

namespace Kube1.Benchmarks;

/// <summary>
/// Work for an API server, on ConfigMaps of the namespace "default", and how long it takes. The caller brings the
/// connection: <paramref name="send"/> returns when the headers of an answer are there.
/// </summary>
internal sealed class ApiLoad(
    Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> send, Version version, int objectSizeBytes)
{
    public const string ConfigMaps = "api/v1/namespaces/default/configmaps";

    /// <summary>What metadata and punctuation take of an object; the rest is data.</summary>
    private const int EnvelopeSizeBytes = 300;

    /// <summary>Where the objects are.</summary>
    public string Collection { get; init; } = ConfigMaps;

    /// <summary>What bodies begin with: apiVersion and kind where the server needs them, and a comma.</summary>
    public string Kind { get; init; } = "";

    // Forty entries in 4 KB: nearer to what objects are like than one long text.
    private readonly string _data = string.Join(
        ',', Enumerable.Range(0, Math.Max(1, (objectSizeBytes - EnvelopeSizeBytes) / 94))
            .Select(i => $"\"entry-{i}\":\"{new string('x', 80)}\""));

    /// <summary>Creates "prefix-0" and so on, one after the other; the time of each.</summary>
    public async Task<Timings> CreateManyAsync(string prefix, int count, CancellationToken cancellationToken)
    {
        var times = new Timings();
        for (var i = 0; i < count; i++)
        {
            var start = Stopwatch.GetTimestamp();
            await CreateAsync($"{prefix}-{i}", cancellationToken);
            times.Add(start);
        }

        return times;
    }

    /// <summary>The same from several clients at once; also how many a second all of them made.</summary>
    public async Task<(Timings Each, double PerSecond)> CreateConcurrentlyAsync(
        string prefix, int clients, int countEach, CancellationToken cancellationToken)
    {
        var all = new Timings();
        var began = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, clients).Select(async client =>
            all.AddAll(await CreateManyAsync($"{prefix}{client}", countEach, cancellationToken))));
        return (all, clients * countEach / Stopwatch.GetElapsedTime(began).TotalSeconds);
    }

    /// <summary>Reads a path again and again, each answer to its end.</summary>
    public async Task<Timings> ReadManyAsync(string path, int count, CancellationToken cancellationToken)
    {
        var times = new Timings();
        for (var i = 0; i < count; i++)
        {
            var start = Stopwatch.GetTimestamp();
            using var response = await SendAsync(HttpMethod.Get, path, null, cancellationToken);
            await response.Content.CopyToAsync(Stream.Null, cancellationToken);
            times.Add(start);
        }

        return times;
    }

    /// <summary>
    /// Creates objects one after the other before the eyes of many watchers; how long each takes to each.
    /// </summary>
    public async Task<Timings> FanOutAsync(int watcherCount, int events, CancellationToken cancellationToken)
    {
        var sentAt = new long[events];
        var watchers = new List<Task<Timings>>();
        for (var i = 0; i < watcherCount; i++)
        {
            var response = await SendAsync(HttpMethod.Get, Collection + "?watch=1", null, cancellationToken);
            watchers.Add(FollowAsync(response, sentAt, cancellationToken));
        }

        for (var i = 0; i < events; i++)
        {
            Volatile.Write(ref sentAt[i], Stopwatch.GetTimestamp());
            await CreateAsync($"fan-{i}", cancellationToken);
        }

        var all = new Timings();
        foreach (var watcher in watchers)
        {
            all.AddAll(await watcher);
        }

        return all;
    }

    // Reads events until the last of them, noting how long after its request each came.
    private static async Task<Timings> FollowAsync(
        HttpResponseMessage response, long[] sentAt, CancellationToken cancellationToken)
    {
        using var owned = response;
        var times = new Timings();
        using var reader = new StreamReader(
            await response.Content.ReadAsStreamAsync(cancellationToken));
        for (var seen = 0; seen < sentAt.Length;)
        {
            var line = await reader.ReadLineAsync(cancellationToken)
                ?? throw new EndOfStreamException("the watch has ended early");
            const string name = "\"name\":\"fan-";
            var at = line.IndexOf(name, StringComparison.Ordinal);
            if (at < 0)
            {
                continue;
            }

            var digits = line.AsSpan(at + name.Length);
            var index = int.Parse(digits[..digits.IndexOf('"')], CultureInfo.InvariantCulture);
            times.Add(Volatile.Read(ref sentAt[index]));
            seen++;
        }

        return times;
    }

    private async Task CreateAsync(string name, CancellationToken cancellationToken)
    {
        var body = $$$"""{{{{Kind}}}"metadata":{"name":"{{{name}}}"},"data":{{{{_data}}}}}""";
        using var response = await SendAsync(HttpMethod.Post, Collection, body, cancellationToken);

        // To its end: over HTTP/1.1 a connection with a rest of an answer in it cannot be used again.
        await response.Content.CopyToAsync(Stream.Null, cancellationToken);
    }

    private async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, string? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path)
        {
            Version = version,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        var response = await send(request, cancellationToken);
        return response.EnsureSuccessStatusCode();
    }
}
