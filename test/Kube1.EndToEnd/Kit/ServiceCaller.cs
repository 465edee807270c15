using System.Collections.Concurrent;

namespace Kube1.EndToEnd.Kit;

/// <summary>Requests one address again and again, each time over a new connection, and counts what came back.</summary>
internal sealed class ServiceCaller : IAsyncDisposable
{
    /// <summary>A connection that hangs this long counts as a failed request.</summary>
    private static readonly TimeSpan RequestLimit = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan TryEvery = TimeSpan.FromMilliseconds(50);

    private readonly CancellationTokenSource _stop = new();
    private readonly Uri _address;
    private readonly Task _loop;

    public ServiceCaller(Uri address)
    {
        _address = address;
        _loop = RunAsync();
    }

    public ConcurrentDictionary<string, int> Answers { get; } = new();

    public ConcurrentQueue<string> Failures { get; } = new();

    /// <summary>One request over a connection of its own.</summary>
    public static async Task<string> GetAsync(Uri address)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = RequestLimit };
        return (await client.GetStringAsync(address)).TrimEnd();
    }

    /// <summary>Waits for an answer, or for one of those that are wanted: until then a connection is refused, as upstream.</summary>
    public static async Task<string> UntilAnswersAsync(Uri address, Predicate<string>? isWanted = null)
    {
        using var limit = new CancellationTokenSource(AnswerLimit, TimeProvider.System);
        using var clock = new PeriodicTimer(TryEvery, TimeProvider.System);
        while (true)
        {
            try
            {
                var answer = await GetAsync(address);
                if (isWanted is null || isWanted(answer))
                {
                    return answer;
                }

                Assert.That(limit.IsCancellationRequested, Is.False, $"{address} still answers {answer}");
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !limit.IsCancellationRequested)
            {
                // Not yet.
            }

            await clock.WaitForNextTickAsync();
        }
    }

    /// <summary>Waits until it has had this answer.</summary>
    public async Task UntilAnsweredAsync(string answer)
    {
        using var limit = new CancellationTokenSource(AnswerLimit, TimeProvider.System);
        using var clock = new PeriodicTimer(TryEvery, TimeProvider.System);
        while (!Answers.ContainsKey(answer))
        {
            Assert.That(
                limit.IsCancellationRequested, Is.False,
                $"{_address} never answered {answer}; it answered {string.Join(", ", Answers.Keys)}");
            await clock.WaitForNextTickAsync();
        }
    }

    /// <summary>Stops after the request under way.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _loop;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                Answers.AddOrUpdate(await GetAsync(_address), 1, (_, count) => count + 1);
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
            {
                Failures.Enqueue($"{TimeProvider.System.GetUtcNow():HH:mm:ss.fff} {e.Message}");
            }
        }
    }
}
