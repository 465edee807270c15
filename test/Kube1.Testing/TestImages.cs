using Kube1.Runtimes.Cri.Images;

namespace Kube1.Testing;

/// <summary>
/// Images made from local files: there is no registry to pull from. All of them are the static busybox of the
/// package busybox-static with a few files more.
/// </summary>
public static class TestImages
{
    private const string BusyBox = "/bin/busybox";

    private const UnixFileMode Program = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private const UnixFileMode Plain = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead
        | UnixFileMode.OtherRead;

    private static readonly string[] Applets =
    [
        "sh", "ash", "awk", "base64", "basename", "cat", "chmod", "chown", "cp", "cut", "date", "dd", "df", "dirname",
        "echo", "env", "expr", "false", "find", "grep", "gunzip", "gzip", "head", "hostname", "httpd", "id", "ip",
        "kill", "ln", "ls", "md5sum", "mkdir", "mktemp", "mv", "nc", "netstat", "nslookup", "pidof", "ping", "printf",
        "ps", "pwd", "readlink", "rm", "rmdir", "sed", "seq", "sha256sum", "sleep", "sort", "stat", "stty", "sync",
        "tail", "tar", "tee", "test", "timeout", "top", "touch", "tr", "true", "tty", "umount", "uname", "uniq",
        "vi", "wc", "wget", "which", "whoami", "xargs", "yes",
    ];

    /// <summary>Whether this machine can make them.</summary>
    public static bool Available => File.Exists(BusyBox);

    /// <summary>Writes an archive of a busybox image whose default command is a shell.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="names">Its names; the same image under each.</param>
    public static void WriteBusyBox(Stream output, params IReadOnlyList<string> names) =>
        Write(output, names, ["sh"], new Dictionary<string, string>());

    /// <summary>
    /// Writes an archive of an image that serves <c>/www</c> on port 80; <c>/version</c> answers
    /// <paramref name="version"/> and <c>/cgi-bin/hostname</c> the pod's name.
    /// </summary>
    public static void WriteWebServer(Stream output, string name, string version) => Write(
        output,
        [name],
        ["httpd", "-f", "-p", "80", "-h", "/www"],
        new Dictionary<string, string>
        {
            ["www/index.html"] = $"hello from {version}\n",
            ["www/version"] = version + "\n",
            ["www/cgi-bin/hostname"] = "#!/bin/sh\nprintf 'Content-Type: text/plain\\r\\n\\r\\n'\nhostname\n",
        });

    private static void Write(
        Stream output, IReadOnlyList<string> names, IReadOnlyList<string> command, Dictionary<string, string> files)
    {
        var entries = new List<LayerEntry>();
        foreach (var directory in new[] { "bin/", "etc/", "home/", "root/", "var/", "www/", "www/cgi-bin/" })
        {
            entries.Add(new LayerEntry(directory, Program, null));
        }

        entries.Add(new LayerEntry("tmp/", Program | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite
            | UnixFileMode.StickyBit, null));
        entries.Add(new LayerEntry("bin/busybox", Program, File.ReadAllBytes(BusyBox)));
        entries.AddRange(Applets.Select(a => new LayerEntry("bin/" + a, Program, null, "busybox")));
        entries.Add(Text("etc/passwd", "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/home:/bin/sh\n"));
        entries.Add(Text("etc/group", "root:x:0:\nnobody:x:65534:\n"));
        entries.AddRange(files.Select(f => Text(f.Key, f.Value)));
        new ImageArchive { Names = names, Entries = entries, Command = command }.Write(output);
    }

    private static LayerEntry Text(string path, string content) => new(
        path,
        content.StartsWith("#!", StringComparison.Ordinal) ? Program : Plain,
        System.Text.Encoding.UTF8.GetBytes(content));
}
