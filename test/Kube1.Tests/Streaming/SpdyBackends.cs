using Kube1.ApiServer.Streaming.Spdy;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Kube1.Tests.Streaming;

/// <summary>What a kubelet's end of exec may do.</summary>
internal static class SpdyBackends
{
    private static readonly byte[] Success = "{\"status\":\"Success\"}"u8.ToArray();

    /// <summary>Switches to SPDY and hands over the raw stream.</summary>
    public static async Task<Stream> UpgradeAsync(HttpContext context)
    {
        context.Response.Headers.Upgrade = "SPDY/3.1";
        return await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
    }

    /// <summary>A command, given its streams by name, that then ends well.</summary>
    public static async Task ServeAsync(
        HttpContext context, int streams, Func<IReadOnlyDictionary<string, SpdyStream>, Task> command, CancellationToken ct)
    {
        await using var session = new SpdySession(await UpgradeAsync(context), isServer: true);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var run = session.RunAsync(stop.Token);
        var open = new Dictionary<string, SpdyStream>();
        while (open.Count < streams)
        {
            var stream = await session.Accepted.ReadAsync(ct);
            await session.ReplyAsync(stream, ct);
            open.Add(stream.Header("streamtype")!, stream);
        }

        await command(open);
        await open["error"].WriteAsync(Success, ct);
        foreach (var stream in open.Values)
        {
            await stream.CloseWritesAsync(ct);
        }

        await stop.CancelAsync();
        await run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>A command that says what it is told, once that has ended.</summary>
    public static async Task EchoAsync(IReadOnlyDictionary<string, SpdyStream> streams, CancellationToken ct)
    {
        var heard = new MemoryStream();
        var buffer = new byte[4096];
        while (await streams["stdin"].ReadAsync(buffer, ct) is var count and > 0)
        {
            heard.Write(buffer, 0, count);
        }

        await streams["stdout"].WriteAsync(heard.ToArray(), ct);
    }
}
