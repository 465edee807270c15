using System.Globalization;

namespace Kube1.ApiServer.Audit;

/// <summary>How events come to an output: at once or in batches, and how large. The defaults are those of webhooks.</summary>
public sealed record AuditDeliveryOptions
{
    /// <summary>Events wait in a queue, and what finds it full is lost; requests wait for nothing.</summary>
    public const string Batch = "batch";

    /// <summary>Requests wait until their events are written.</summary>
    public const string Blocking = "blocking";

    /// <summary>The same, and a request whose first event cannot be written is refused.</summary>
    public const string BlockingStrict = "blocking-strict";

    /// <summary>The one version of events that there is.</summary>
    public const string OnlyVersion = "audit.k8s.io/v1";

    /// <summary>One of the three.</summary>
    public string Mode { get; init; } = Batch;

    /// <summary>Events that may wait.</summary>
    public int BufferSize { get; init; } = 10_000;

    /// <summary>Events in a batch.</summary>
    public int MaxBatchSize { get; init; } = 400;

    /// <summary>How long a batch that is not full waits for more.</summary>
    public TimeSpan MaxBatchWait { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether batches are limited in their rate.</summary>
    public bool ThrottleEnabled { get; init; } = true;

    /// <summary>Batches a second.</summary>
    public float ThrottleQps { get; init; } = 10;

    /// <summary>Batches at once after a pause.</summary>
    public int ThrottleBurst { get; init; } = 15;

    /// <summary>Whether events that are too large lose their objects.</summary>
    public bool TruncateEnabled { get; init; }

    /// <summary>The largest batch when truncating.</summary>
    public long TruncateMaxBatchBytes { get; init; } = 10 * 1024 * 1024;

    /// <summary>The largest event when truncating.</summary>
    public long TruncateMaxEventBytes { get; init; } = 100 * 1024;

    internal IEnumerable<string> Validate(string plugin, string version)
    {
        if (BatchError(plugin) is { } batch)
        {
            yield return batch;
        }

        if (TruncateMaxEventBytes <= 0)
        {
            yield return
                $"invalid audit truncate {plugin} max event size {TruncateMaxEventBytes}, must be a positive number";
        }
        else if (TruncateMaxBatchBytes < TruncateMaxEventBytes)
        {
            yield return $"invalid audit truncate {plugin} max batch size {TruncateMaxBatchBytes}, must be greater than "
                + $"max event size ({TruncateMaxEventBytes})";
        }

        if (version != OnlyVersion)
        {
            yield return version.Count(c => c == '/') > 1
                ? "unexpected GroupVersion string: " + version
                : $"invalid group version, allowed versions are [\"{OnlyVersion}\"]";
        }
    }

    // What does not count is not checked.
    private string? BatchError(string plugin) => this switch
    {
        { Mode: not (Batch or Blocking or BlockingStrict) } =>
            $"invalid audit {plugin} mode {Mode}, allowed modes are \"{Batch},{Blocking},{BlockingStrict}\"",
        { Mode: not Batch } => null,
        { BufferSize: <= 0 } => NotPositive(plugin, "buffer size", BufferSize),
        { MaxBatchSize: <= 0 } => NotPositive(plugin, "max batch size", MaxBatchSize),
        { ThrottleEnabled: true, ThrottleQps: not > 0 } => NotPositive(plugin, "throttle QPS", ThrottleQps),
        { ThrottleEnabled: true, ThrottleBurst: <= 0 } => NotPositive(plugin, "throttle burst", ThrottleBurst),
        _ => null,
    };

    private static string NotPositive(string plugin, string what, IFormattable value) =>
        $"invalid audit batch {plugin} {what} {value.ToString(null, CultureInfo.InvariantCulture)}, must be a positive number";
}
