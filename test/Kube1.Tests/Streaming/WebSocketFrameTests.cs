using System.Buffers.Binary;
using System.Text;
using Kube1.Tests.ApiServer;
using static Kube1.Tests.Streaming.RawWebSocket;

namespace Kube1.Tests.Streaming;

/// <summary>
/// Frames that RFC 6455 does not allow, at everything that speaks WebSocket: the connection ends, the server goes on. Those
/// that are merely odd are served.
/// </summary>
public sealed class WebSocketFrameTests
{
    private const string V5 = "v5.channel.k8s.io";

    private const string Exec = ProxiedCluster.Pods + "/web/exec?container=a&command=cat&stdin=true&stdout=true&stderr=false";

    private const int ProtocolError = 1002;

    private const int InvalidPayload = 1007;

    private static readonly (string Path, string? Protocol)[] Endpoints =
    [
        (Exec, V5),
        (Exec, "v4.base64.channel.k8s.io"),
        (ProxiedCluster.Pods + "/web/attach?container=a&stdin=true&stdout=true", "v4.channel.k8s.io"),
        (ProxiedCluster.Pods + "/web/portforward?ports=80", "SPDY/3.1+portforward.k8s.io"),
        (ProxiedCluster.Pods + "?watch=true", null),
    ];

    private ProxiedCluster _cluster = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _cluster = await ProxiedCluster.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _cluster.DisposeAsync();

    [SetUp]
    public void CommandWaits() => _cluster.Backend.Handle = async context =>
    {
        // Reads until the API server goes; what it says is nobody's concern here.
        var stream = await SpdyBackends.UpgradeAsync(context);
        await stream.CopyToAsync(Stream.Null);
    };

    [TearDown]
    public async Task ServerStillAnswers()
    {
        var (code, _) = await _cluster.Http.SendAsync("GET", ProxiedCluster.Pods + "/web");
        Assert.That(code, Is.EqualTo(200));
    }

    private static IEnumerable<TestCaseData> Broken()
    {
        foreach (var (name, bytes) in new (string, byte[])[]
        {
            ("ReservedOpcode", Frame(Fin | 0x3, [1])),
            ("ReservedControlOpcode", Frame(Fin | 0xB, [])),
            ("ReservedBit", Frame(Fin | 0x40 | Binary, [1])),
            ("NotMasked", Frame(Fin | Binary, [1], isMasked: false)),
            ("NotMaskedAfterSoundOnes", [.. Frame(Fin | Pong, []), .. Frame(Fin | Pong, [1, 2]), .. Frame(Fin | Ping, new byte[100], isMasked: false)]),
            ("PingTooLong", Frame(Fin | Ping, new byte[126])),
            ("CloseTooLong", Frame(Fin | Close, new byte[126])),
            ("PingInFragments", Frame(Ping, [1])),
            ("ContinuationOfNothing", Frame(Fin | Continuation, [1])),
            ("MessageWithinMessage", [.. Frame(Binary, [0, 1]), .. Frame(Fin | Binary, [2])]),
            ("LengthBelowZero", Frame(Fin | Binary, [1], claimed: 1ul << 63)),
            ("CloseWithHalfACode", Frame(Fin | Close, [3])),
            ("CloseCode999", Frame(Fin | Close, [3, 231])),
            ("CloseCode1005", Frame(Fin | Close, [3, 237])),
            ("CloseCode1006", Frame(Fin | Close, [3, 238])),
            ("CloseReasonNoUtf8", Frame(Fin | Close, [3, 232, 0xC3, 0x28])),
        })
        {
            for (var i = 0; i < Endpoints.Length; i++)
            {
                yield return new TestCaseData(i, bytes).SetName($"Frame_{name}_EndsTheConnection({i})");
            }
        }
    }

    [TestCaseSource(nameof(Broken)), CancelAfter(60_000)]
    public async Task Frame_Broken_EndsTheConnection(int endpoint, byte[] bytes, CancellationToken ct)
    {
        var (path, protocol) = Endpoints[endpoint];
        await using var socket = await OpenAsync(_cluster.Cluster, path, protocol, ct);
        await socket.Client.SendAsync(bytes);

        var frames = await socket.ReadToEndAsync(ct);

        // A watch has said what there was to see before.
        Assert.That(
            frames.Where(frame => frame.Opcode == Close).Select(frame => CodeOf(frame.Payload)),
            Is.All.EqualTo(ProtocolError).Or.EqualTo(InvalidPayload));
        Assert.That(frames.Count(frame => frame.Opcode == Close), Is.LessThanOrEqualTo(1));
    }

    [Test, CancelAfter(60_000)]
    public async Task Text_NoUtf8_IsNoConcernOfChannels(CancellationToken ct)
    {
        _cluster.Backend.Handle = context => SpdyBackends.ServeAsync(context, 3, streams => SpdyBackends.EchoAsync(streams, ct), ct);
        await using var socket = await OpenAsync(_cluster.Cluster, Exec, V5, ct);
        await socket.Client.SendAsync(Frame(Fin | Binary, [0, 0xC3, 0x28]));
        await socket.Client.SendAsync(Frame(Fin | Binary, [255, 0]));

        Assert.That(await OutputAsync(socket, ct), Is.EqualTo(new byte[] { 0xC3, 0x28 }));
    }

    [Test, CancelAfter(60_000)]
    public async Task Message_InFragmentsWithAPingBetween_ArrivesWholeAndThePingIsAnswered(CancellationToken ct)
    {
        _cluster.Backend.Handle = context => SpdyBackends.ServeAsync(context, 3, streams => SpdyBackends.EchoAsync(streams, ct), ct);
        await using var socket = await OpenAsync(_cluster.Cluster, Exec, V5, ct);
        await socket.Client.SendAsync(Frame(Binary, []));
        await socket.Client.SendAsync(Frame(Continuation, [0, .. "hel"u8]));
        await socket.Client.SendAsync(Frame(Fin | Ping, "there?"u8.ToArray()));
        var pong = await socket.ReadFrameAsync(ct);
        await socket.Client.SendAsync(Frame(Fin | Continuation, "lo"u8.ToArray()));
        await socket.Client.SendAsync(Frame(Fin | Pong, "never asked"u8.ToArray()));
        await socket.Client.SendAsync(Frame(Fin | Binary, [255, 0]));

        Assert.That(pong?.Opcode, Is.EqualTo(Pong));
        Assert.That(Encoding.ASCII.GetString(pong!.Value.Payload), Is.EqualTo("there?"));
        Assert.That(Encoding.ASCII.GetString(await OutputAsync(socket, ct)), Is.EqualTo("hello"));
    }

    [Test, CancelAfter(60_000)]
    public async Task Message_EmptyOrOfUnknownChannel_IsPassedOver(CancellationToken ct)
    {
        _cluster.Backend.Handle = context => SpdyBackends.ServeAsync(context, 3, streams => SpdyBackends.EchoAsync(streams, ct), ct);
        await using var socket = await OpenAsync(_cluster.Cluster, Exec, V5, ct);
        foreach (var message in new byte[][] { [], [77, 1], [1, 1], [4, 1], [255], [255, 77], [0, .. "x"u8], [255, 0, 9] })
        {
            await socket.Client.SendAsync(Frame(Fin | Binary, message));
        }

        Assert.That(Encoding.ASCII.GetString(await OutputAsync(socket, ct)), Is.EqualTo("x"));
    }

    [CancelAfter(60_000)]
    [TestCase(1000), TestCase(1001), TestCase(3000), TestCase(4999)]
    public async Task Close_SoundCode_IsAnsweredAndEndsTheConnection(int code, CancellationToken ct)
    {
        var payload = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(payload, (ushort)code);
        await using var socket = await OpenAsync(_cluster.Cluster, ProxiedCluster.Pods + "?watch=true&resourceVersion=0", null, ct);
        await socket.Client.SendAsync(Frame(Fin | Close, payload));

        Assert.That((await socket.ReadToEndAsync(ct)).Last().Opcode, Is.EqualTo(Close));
    }

    [Test, CancelAfter(60_000)]
    public async Task Base64Message_LargerThanItsBound_EndsTheConnection(CancellationToken ct)
    {
        await using var socket = await OpenAsync(_cluster.Cluster, Exec, "v4.base64.channel.k8s.io", ct);
        var half = new byte[600_000];
        half.AsSpan().Fill((byte)'0');
        await socket.Client.SendAsync(Frame(Text, half));
        await socket.Client.SendAsync(Frame(Continuation, half));

        Assert.That((await socket.ReadToEndAsync(ct)).Where(frame => frame.Opcode != Close), Is.Empty);
    }

    [Test, CancelAfter(60_000)]
    public async Task Frame_ClaimsAnEndlessLength_IsPassedOnAsItComes(CancellationToken ct)
    {
        var heard = new TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        _cluster.Backend.Handle = context => SpdyBackends.ServeAsync(
            context, 3,
            async streams =>
            {
                // Fewer than come: the last of them may wait until a buffer is full.
                var bytes = new byte[60_000];
                for (var got = 0; got < bytes.Length;)
                {
                    got += await streams["stdin"].ReadAsync(bytes.AsMemory(got), ct);
                }

                heard.SetResult(bytes);
            },
            ct);
        await using var socket = await OpenAsync(_cluster.Cluster, Exec, V5, ct);
        await socket.Client.SendAsync(Frame(Fin | Binary, new byte[100_001], claimed: long.MaxValue));

        Assert.That(await heard.Task.WaitAsync(ct), Is.All.Zero);
    }

    [CancelAfter(60_000)]
    [TestCase("00", TestName = "Kubelet_HalfAFrame_ClientIsTold")]
    [TestCase("8004000100000000", TestName = "Kubelet_OtherVersionOfSpdy_ClientIsTold")]
    [TestCase("8003000100FFFFFF", TestName = "Kubelet_ControlFrameTooLarge_ClientIsTold")]
    [TestCase("800300010000000A00000001000000000000", TestName = "Kubelet_OpensAStreamOfTheOtherSide_ClientIsTold")]
    [TestCase("80030002000000050000000178", TestName = "Kubelet_HeadersNoZlib_ClientIsTold")]
    [TestCase("80030004000000047FFFFFFF", TestName = "Kubelet_SettingsTooMany_ClientIsTold")]
    [TestCase("80030009000000080000000100000000", TestName = "Kubelet_WindowOfNothing_ClientIsTold")]
    public async Task Kubelet_BreaksSpdy_ClientIsTold(string frames, CancellationToken ct)
    {
        _cluster.Backend.Handle = async context =>
        {
            await using var stream = await SpdyBackends.UpgradeAsync(context);
            await stream.WriteAsync(Convert.FromHexString(frames), ct);
        };
        await using var socket = await OpenAsync(_cluster.Cluster, Exec, V5, ct);

        var messages = (await socket.ReadToEndAsync(ct)).Where(frame => frame.Opcode == Binary).ToList();

        Assert.That(messages, Has.Count.EqualTo(1));
        Assert.That(messages[0].Payload[0], Is.EqualTo(3));
        Assert.That(
            Encoding.UTF8.GetString(messages[0].Payload.AsSpan(1)),
            Does.Contain("the connection to the node ended before the command's exit status came"));
    }

    /// <summary>What the command wrote, of which the exit status says that it ended well.</summary>
    private static async Task<byte[]> OutputAsync(RawWebSocket socket, CancellationToken ct)
    {
        var output = new List<byte>();
        var status = "";
        while (await socket.ReadFrameAsync(ct) is { } frame && frame.Opcode != Close)
        {
            switch (frame.Payload[0])
            {
                case 1:
                    output.AddRange(frame.Payload.AsSpan(1));
                    break;
                case 3:
                    status += Encoding.UTF8.GetString(frame.Payload.AsSpan(1));
                    break;
            }
        }

        Assert.That(status, Is.EqualTo("{\"status\":\"Success\"}"));
        return [.. output];
    }

    private static int CodeOf(byte[] payload) => payload.Length < 2 ? 0 : BinaryPrimitives.ReadUInt16BigEndian(payload);
}
