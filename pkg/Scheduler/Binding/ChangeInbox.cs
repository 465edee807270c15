using System.Threading.Channels;

namespace Kube1.Scheduler.Binding;

/// <summary>What the informers and the API writes tell the loop. Keys coalesce, so it is bounded by the number of objects.</summary>
internal sealed class ChangeInbox
{
    private readonly Lock _lock = new();
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private Batch _pending = new();

    /// <summary>What has come since the last look.</summary>
    public sealed class Batch
    {
        public HashSet<(string Namespace, string Name)> Pods { get; } = [];

        public HashSet<string> Nodes { get; } = new(StringComparer.Ordinal);

        public HashSet<string> Namespaces { get; } = new(StringComparer.Ordinal);

        public List<Action> Results { get; } = [];

        public bool IsEmpty => Pods.Count + Nodes.Count + Namespaces.Count + Results.Count == 0;
    }

    public void Pod(string ns, string name) => Add(b => b.Pods.Add((ns, name)));

    public void Node(string name) => Add(b => b.Nodes.Add(name));

    public void Namespace(string name) => Add(b => b.Namespaces.Add(name));

    /// <summary>Runs in the loop, which alone may touch the state; at most one for each write under way.</summary>
    public void Result(Action apply) => Add(b => b.Results.Add(apply));

    /// <summary>All that has come; null when nothing has.</summary>
    public Batch? Take()
    {
        lock (_lock)
        {
            if (_pending.IsEmpty)
            {
                return null;
            }

            var batch = _pending;
            _pending = new Batch();
            return batch;
        }
    }

    /// <summary>Waits for something to come, or until the time is over.</summary>
    public async Task WaitAsync(TimeSpan? timeout, TimeProvider time, CancellationToken ct)
    {
        if (timeout is null)
        {
            await _signal.Reader.ReadAsync(ct).ConfigureAwait(false);
            return;
        }

        using var timer = new CancellationTokenSource(timeout.Value, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, ct);
        try
        {
            await _signal.Reader.ReadAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            // The time is over.
        }
    }

    private void Add(Action<Batch> add)
    {
        lock (_lock)
        {
            add(_pending);
        }

        _signal.Writer.TryWrite(true);
    }
}
