using System.Collections.Concurrent;

namespace Kube1.ApiServer.Extensions.Aggregation;

/// <summary>
/// The transports of the servers that APIServices name now. Requests on their way survive that theirs is dropped.
/// </summary>
internal sealed class RemoteTransports(RemoteAccess access) : IDisposable
{
    private readonly ConcurrentDictionary<RemoteServer, RemoteTransport> _transports = new();

    /// <summary>The transport of a server.</summary>
    /// <exception cref="Webhooks.WebhookCallException">The server's caBundle holds no certificate.</exception>
    public RemoteTransport Of(RemoteServer server)
    {
        if (_transports.TryGetValue(server, out var known))
        {
            return known;
        }

        var made = new RemoteTransport(server, access);
        var kept = _transports.GetOrAdd(server, made);
        if (!ReferenceEquals(kept, made))
        {
            made.Dispose();
        }

        return kept;
    }

    /// <summary>Drops those of all other servers.</summary>
    public void KeepOnly(IEnumerable<RemoteServer> servers)
    {
        foreach (var server in _transports.Keys.Except(servers))
        {
            if (_transports.TryRemove(server, out var transport))
            {
                transport.Dispose();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => KeepOnly([]);
}
