using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Kube1.Kubelet.Server;

/// <summary>
/// GET /logs/…: the node's log folder to look around in, as upstream's enableSystemLogHandler serves it. A symbolic link
/// is followed only within the folder: a pod that may write there must not show others the rest of the node.
/// </summary>
internal sealed class NodeLogsEndpoint(string root)
{
    /// <summary>What decides whether a file is shown as text, as in Go's net/http.</summary>
    private const int SniffedBytes = 512;

    /// <summary>As the kernel's own limit: more links than these are a circle.</summary>
    private const int MaxLinks = 40;

    private const int BufferBytes = 32 * 1024;

    public async Task HandleAsync(HttpContext context)
    {
        if (context.Request.Method is not ("GET" or "HEAD"))
        {
            throw new EndpointException(405, "405: Method Not Allowed");
        }

        var path = context.Request.Path.Value!["/logs".Length..];
        var found = Resolve(path) ?? throw new EndpointException(404, "404 page not found\n");
        var asFolder = path.Length == 0 || path.EndsWith('/');
        var isFolder = Directory.Exists(found);
        if (isFolder != asFolder)
        {
            // Links of a listing are relative, so a folder's address must end in a slash and a file's must not.
            var name = Uri.EscapeDataString(Path.GetFileName(path.TrimEnd('/')));
            context.Response.StatusCode = StatusCodes.Status301MovedPermanently;
            context.Response.Headers.Location = isFolder ? name + "/" : "../" + name;
            return;
        }

        try
        {
            await (isFolder ? ListAsync(context, found) : SendAsync(context, found));
        }
        catch (UnauthorizedAccessException)
        {
            throw new EndpointException(403, "403 Forbidden\n");
        }
    }

    /// <summary>The file or folder that a path leads to; null when there is none, or when it is outside.</summary>
    private string? Resolve(string path)
    {
        var rest = new Stack<string>(Segments(path));
        var current = root;
        for (var links = 0; rest.TryPop(out var segment);)
        {
            if (segment == "..")
            {
                return null;
            }

            current = Path.Combine(current, segment);
            if (new FileInfo(current).LinkTarget is not { } target)
            {
                continue;
            }

            var full = Path.GetFullPath(target, Path.GetDirectoryName(current)!);
            if (++links > MaxLinks || (full != root && !full.StartsWith(root + "/", StringComparison.Ordinal)))
            {
                return null;
            }

            foreach (var next in Segments(full[root.Length..]))
            {
                rest.Push(next);
            }

            current = root;
        }

        return Path.Exists(current) ? current : null;
    }

    /// <summary>Last one first, as a stack takes them.</summary>
    private static IEnumerable<string> Segments(string path) =>
        path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(s => s != ".").Reverse();

    private static Task ListAsync(HttpContext context, string folder)
    {
        var text = new StringBuilder("<!doctype html>\n<meta name=\"viewport\" content=\"width=device-width\">\n<pre>\n");
        foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos().OrderBy(e => e.Name, StringComparer.Ordinal))
        {
            var slash = entry is DirectoryInfo ? "/" : "";
            text.Append("<a href=\"").Append(Uri.EscapeDataString(entry.Name)).Append(slash).Append("\">")
                .Append(WebUtility.HtmlEncode(entry.Name)).Append(slash).Append("</a>\n");
        }

        context.Response.ContentType = "text/html; charset=utf-8";
        return context.Response.WriteAsync(text.Append("</pre>\n").ToString(), context.RequestAborted);
    }

    private static async Task SendAsync(HttpContext context, string path)
    {
        var ct = context.RequestAborted;
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var buffer = new byte[BufferBytes];

        // A log grows while it is read: what was there at first is the answer.
        var left = file.Length;
        var first = buffer.AsMemory(0, (int)Math.Min(left, buffer.Length));
        var read = await file.ReadAtLeastAsync(first, Math.Min(SniffedBytes, first.Length), throwOnEndOfStream: false, ct);
        context.Response.ContentLength = left;
        context.Response.ContentType = IsText(buffer.AsSpan(0, Math.Min(read, SniffedBytes)))
            ? "text/plain; charset=utf-8"
            : "application/octet-stream";
        while (read > 0 && context.Request.Method == "GET")
        {
            await context.Response.Body.WriteAsync(buffer.AsMemory(0, read), ct);
            left -= read;
            read = await file.ReadAsync(buffer.AsMemory(0, (int)Math.Min(left, buffer.Length)), ct);
        }
    }

    /// <summary>Text has no control characters but those of a terminal.</summary>
    private static bool IsText(ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes)
        {
            if (b is <= 0x08 or 0x0B or (>= 0x0E and <= 0x1A) or (>= 0x1C and <= 0x1F))
            {
                return false;
            }
        }

        return true;
    }
}
