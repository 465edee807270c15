using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Kube1.Client.Informers;
using Microsoft.Extensions.Logging;

namespace Kube1.Network.Dns;

/// <summary>
/// The cluster DNS of one node, on UDP and TCP port 53 of the cluster DNS address. Names of the cluster are answered at
/// once from the caches; others wait for the host's resolvers on a bounded number of workers of their own, so that a slow
/// resolver never holds up the cluster's names.
/// </summary>
public sealed partial class DnsServer
{
    private const int DnsPort = 53;

    private const ushort InternetClass = 1;

    /// <summary>Questions to outside that wait or are under way; one more gets a server failure.</summary>
    private const int MaxForwarded = 1024;

    private const int ForwardWorkers = 64;

    /// <summary>TCP clients at once; musl and glibc use TCP only for answers that did not fit.</summary>
    private const int MaxTcpClients = 128;

    /// <summary>RFC 7766 section 6.2.3: an idle connection may be closed within seconds.</summary>
    private static readonly TimeSpan TcpIdle = TimeSpan.FromSeconds(10);

    private readonly IPAddress _address;
    private readonly ClusterZone _zone;
    private readonly DnsForwarder _forwarder;
    private readonly TimeProvider _time;
    private readonly ILogger<DnsServer> _logger;
    private readonly Channel<Forwarded> _forwarded =
        Channel.CreateBounded<Forwarded>(new BoundedChannelOptions(MaxForwarded) { FullMode = BoundedChannelFullMode.DropWrite });

    private readonly record struct Forwarded(DnsQuery Query, byte[] Message, SocketAddress Client);

    /// <summary>Composes the server; <paramref name="informers"/> are run by the caller.</summary>
    public DnsServer(NetworkOptions options, InformerSet informers, TimeProvider time, ILogger<DnsServer> logger)
    {
        _address = options.ClusterDns;
        _time = time;
        _logger = logger;
        _zone = new ClusterZone(options.ClusterDomain, informers);
        _forwarder = new DnsForwarder(options.ResolverFile, options.ClusterDns, time);
    }

    /// <summary>Runs until cancelled; calls <paramref name="ready"/> when it answers. The address must be on the host by then.</summary>
    public async Task RunAsync(Action ready, CancellationToken ct)
    {
        using var udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        using var tcp = new TcpListener(_address, DnsPort);
        try
        {
            udp.Bind(new IPEndPoint(_address, DnsPort));
            tcp.Start();
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw new IOException(
                $"port {DnsPort} at {_address} is taken: a DNS server of this machine listens on all addresses; bind it to its own", e);
        }

        await _zone.WaitForSyncAsync(ct).ConfigureAwait(false);
        ready();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        List<Task> loops = [ReceiveAsync(udp, stop.Token), AcceptAsync(tcp, stop.Token)];
        loops.AddRange(Enumerable.Range(0, ForwardWorkers).Select(_ => ForwardAsync(udp, stop.Token)));
        var first = await Task.WhenAny(loops).ConfigureAwait(false);
        await stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(loops).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await first.ConfigureAwait(false);
    }

    private async Task ReceiveAsync(Socket udp, CancellationToken ct)
    {
        var buffer = new byte[4096];
        while (true)
        {
            var client = new SocketAddress(AddressFamily.InterNetwork);
            int length;
            try
            {
                length = await udp.ReceiveFromAsync(buffer, SocketFlags.None, client, ct).ConfigureAwait(false);
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
            {
                // An earlier answer met a closed port; that says nothing of the next question.
                continue;
            }

            if (DnsQuery.Parse(buffer.AsSpan(0, length)) is not { } query)
            {
                continue;
            }

            if (Answer(query) is { } answer && !NeedsTarget(answer, query))
            {
                await SendAsync(udp, answer.ToMessage(query, query.MaxUdpBytes), client, ct).ConfigureAwait(false);
            }
            else if (!_forwarded.Writer.TryWrite(new Forwarded(query, buffer[..length], client)))
            {
                var failure = DnsAnswer.Failure(DnsCode.ServerFailure).ToMessage(query, query.MaxUdpBytes);
                await SendAsync(udp, failure, client, ct).ConfigureAwait(false);
            }
        }
    }

    private async Task ForwardAsync(Socket udp, CancellationToken ct)
    {
        await foreach (var asked in _forwarded.Reader.ReadAllAsync(ct).ConfigureAwait(false))
        {
            var reply = await AnswerAsync(asked.Query, asked.Message, overTcp: false, ct).ConfigureAwait(false);
            await SendAsync(udp, reply, asked.Client, ct).ConfigureAwait(false);
        }
    }

    private async Task AcceptAsync(TcpListener tcp, CancellationToken ct)
    {
        using var places = new SemaphoreSlim(MaxTcpClients);
        var clients = new List<Task>();
        try
        {
            while (true)
            {
                await places.WaitAsync(ct).ConfigureAwait(false);
                var client = await tcp.AcceptTcpClientAsync(ct).ConfigureAwait(false);
                clients.RemoveAll(c => c.IsCompleted);
                clients.Add(ServeAsync(client, places, ct));
            }
        }
        finally
        {
            await Task.WhenAll(clients).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ServeAsync(TcpClient client, SemaphoreSlim places, CancellationToken ct)
    {
        try
        {
            using (client)
            {
                var stream = client.GetStream();
                var length = new byte[2];
                while (true)
                {
                    using var idle = new CancellationTokenSource(TcpIdle, _time);
                    using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, idle.Token);
                    await stream.ReadExactlyAsync(length, either.Token).ConfigureAwait(false);
                    var message = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
                    await stream.ReadExactlyAsync(message, either.Token).ConfigureAwait(false);
                    if (DnsQuery.Parse(message) is not { } query)
                    {
                        return;
                    }

                    var reply = await AnswerAsync(query, message, overTcp: true, either.Token).ConfigureAwait(false);
                    BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)reply.Length);
                    await stream.WriteAsync(length, either.Token).ConfigureAwait(false);
                    await stream.WriteAsync(reply, either.Token).ConfigureAwait(false);
                }
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            LogClientLeft(e.Message);
        }
        finally
        {
            places.Release();
        }
    }

    private async Task<byte[]> AnswerAsync(DnsQuery query, byte[] message, bool overTcp, CancellationToken ct)
    {
        var most = overTcp ? ushort.MaxValue : query.MaxUdpBytes;
        if (Answer(query) is not { } answer)
        {
            return await _forwarder.AskAsync(query, message, overTcp, ct).ConfigureAwait(false);
        }

        if (NeedsTarget(answer, query))
        {
            var targets = await TargetAsync(answer.Answers[0], query.Type, ct).ConfigureAwait(false);
            answer = answer with { Answers = [.. answer.Answers, .. targets] };
        }

        return answer.ToMessage(query, most);
    }

    /// <summary>What is answered here; null for what others are to be asked. Only plain questions are.</summary>
    private DnsAnswer? Answer(DnsQuery query) =>
        query.OpCode != 0 ? DnsAnswer.Failure(DnsCode.NotImplemented) : query.Class != InternetClass ? null : _zone.Resolve(query);

    /// <summary>The addresses behind an alias: many resolvers in containers do not ask for them themselves.</summary>
    private async Task<IEnumerable<DnsRecord>> TargetAsync(DnsRecord alias, DnsType type, CancellationToken ct)
    {
        var target = DnsRecord.ReadName(alias.Data);
        var (query, message) = DnsQuery.Ask((ushort)Random.Shared.Next(ushort.MaxValue), target, type);
        if (_zone.Resolve(query) is { } local)
        {
            return local.Answers;
        }

        var reply = await _forwarder.AskAsync(query, message, overTcp: false, ct).ConfigureAwait(false);
        return DnsQuery.ReadAddresses(reply, type).Select(a => new DnsRecord(target, type, a.TtlSeconds, a.Data));
    }

    /// <summary>Whether the answer is an alias whose target must be asked outside before it is of use.</summary>
    private static bool NeedsTarget(DnsAnswer answer, DnsQuery query) =>
        query.Type is DnsType.A or DnsType.Aaaa && answer.Answers is [{ Type: DnsType.Cname }];

    private async ValueTask SendAsync(Socket udp, byte[] message, SocketAddress client, CancellationToken ct)
    {
        try
        {
            await udp.SendToAsync(message, SocketFlags.None, client, ct).ConfigureAwait(false);
        }
        catch (SocketException e)
        {
            // The client is gone, or its route; its resolver asks again if it still cares.
            LogClientLeft(e.Message);
        }
    }

    [LoggerMessage(LogLevel.Debug, "A DNS client left: {Why}")]
    private partial void LogClientLeft(string why);
}
