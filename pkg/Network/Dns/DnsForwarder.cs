using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Kube1.Network.Dns;

/// <summary>Asks the host's resolvers about names that are not the cluster's, and remembers the answers for a short while.</summary>
internal sealed class DnsForwarder(string resolverFile, IPAddress ownAddress, TimeProvider time)
{
    /// <summary>As long as the common resolvers wait before they ask the next server.</summary>
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(2);

    /// <summary>The most that is kept, as in the CoreDNS of a kubeadm cluster; less when a record says so.</summary>
    private static readonly TimeSpan KeepFor = TimeSpan.FromSeconds(30);

    /// <summary>Bounds the cache's memory to about 2 MB; beyond it, the whole cache starts anew.</summary>
    private const int MaxKept = 4096;

    /// <summary>The largest message that TCP can carry.</summary>
    private const int MaxMessageBytes = 65535;

    private const int HeaderBytes = 12;

    /// <summary>What makes two questions the same; an answer with EDNS is no answer to a client without.</summary>
    private readonly record struct Question(string Name, DnsType Type, ushort Class, bool HasEdns);

    private readonly ConcurrentDictionary<Question, (byte[] Message, DateTimeOffset Until)> _kept = new();

    /// <summary>The resolver's message under the client's id; a server failure when none answers.</summary>
    public async Task<byte[]> AskAsync(DnsQuery query, ReadOnlyMemory<byte> message, bool overTcp, CancellationToken ct)
    {
        var key = new Question(query.Name, query.Type, query.Class, query.HasEdns);
        if (_kept.TryGetValue(key, out var kept) && kept.Until > time.GetUtcNow())
        {
            return ForClient(kept.Message, query, overTcp);
        }

        foreach (var resolver in Resolvers())
        {
            try
            {
                using var deadline = new CancellationTokenSource(AnswerWithin, time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, deadline.Token);
                var answer = overTcp
                    ? await OverTcpAsync(resolver, message, either.Token).ConfigureAwait(false)
                    : await OverUdpAsync(resolver, message, either.Token).ConfigureAwait(false);
                Keep(key, answer);
                return ForClient(answer, query, overTcp);
            }
            catch (Exception e) when (e is SocketException or IOException
                || (e is OperationCanceledException && !ct.IsCancellationRequested))
            {
                // The next resolver may do better; when none does, the client hears of it below.
            }
        }

        return DnsAnswer.Failure(DnsCode.ServerFailure).ToMessage(query, query.MaxUdpBytes, authoritative: false);
    }

    private List<IPEndPoint> Resolvers()
    {
        // Read for each question that is not cached: DHCP clients rewrite the file, and it may be away for a moment.
        string[] lines;
        try
        {
            lines = File.ReadAllLines(resolverFile);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }

        // Ourselves would be a loop.
        return [.. lines.Select(l => l.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            .Where(w => w is ["nameserver", ..])
            .Select(w => IPAddress.TryParse(w.ElementAtOrDefault(1), out var a) ? a : null)
            .OfType<IPAddress>().Where(a => !a.Equals(ownAddress)).Take(3).Select(a => new IPEndPoint(a, 53))];
    }

    private static async Task<byte[]> OverUdpAsync(IPEndPoint resolver, ReadOnlyMemory<byte> message, CancellationToken ct)
    {
        using var socket = new Socket(resolver.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(resolver, ct).ConfigureAwait(false);
        await socket.SendAsync(message, ct).ConfigureAwait(false);
        var buffer = ArrayPool<byte>.Shared.Rent(MaxMessageBytes);
        try
        {
            while (true)
            {
                var length = await socket.ReceiveAsync(buffer, ct).ConfigureAwait(false);
                if (length >= HeaderBytes && buffer.AsSpan(0, 2).SequenceEqual(message.Span[..2]))
                {
                    return buffer[..length];
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task<byte[]> OverTcpAsync(IPEndPoint resolver, ReadOnlyMemory<byte> message, CancellationToken ct)
    {
        using var socket = new Socket(resolver.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(resolver, ct).ConfigureAwait(false);
        await using var stream = new NetworkStream(socket);
        var length = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)message.Length);
        await stream.WriteAsync(length, ct).ConfigureAwait(false);
        await stream.WriteAsync(message, ct).ConfigureAwait(false);
        await stream.ReadExactlyAsync(length, ct).ConfigureAwait(false);
        var answer = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
        await stream.ReadExactlyAsync(answer, ct).ConfigureAwait(false);
        return answer.Length >= HeaderBytes ? answer : throw new IOException($"{resolver} answered {answer.Length} bytes");
    }

    private void Keep(Question key, byte[] message)
    {
        // Only whole, successful answers: a failure may be over in a moment.
        var isWhole = (message[2] & 0x02) == 0 && (message[3] & 0x0F) is 0 or 3;
        var keepFor = DnsQuery.ShortestTtl(message) is { } seconds ? Min(TimeSpan.FromSeconds(seconds), KeepFor) : TimeSpan.Zero;
        if (!isWhole || keepFor == TimeSpan.Zero)
        {
            return;
        }

        if (_kept.Count >= MaxKept)
        {
            _kept.Clear();
        }

        _kept[key] = (message, time.GetUtcNow() + keepFor);
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static byte[] ForClient(byte[] message, DnsQuery query, bool overTcp)
    {
        if (!overTcp && message.Length > query.MaxUdpBytes)
        {
            var empty = new DnsAnswer(DnsCode.NoError, []).ToMessage(query, query.MaxUdpBytes, authoritative: false);
            empty[2] |= 0x02;
            return empty;
        }

        var copy = message.ToArray();
        BinaryPrimitives.WriteUInt16BigEndian(copy, query.Id);
        if (copy.Length >= HeaderBytes + query.WireQuestion.Length && BinaryPrimitives.ReadUInt16BigEndian(copy.AsSpan(4)) == 1)
        {
            // In the client's own spelling: resolvers that mix the case of letters insist on it.
            query.WireQuestion.CopyTo(copy, HeaderBytes);
        }

        return copy;
    }
}
