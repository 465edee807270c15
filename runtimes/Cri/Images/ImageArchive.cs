using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Kube1.Runtimes.Cri.Images;

/// <summary>One file, folder (content null, path ending in /) or link of a layer.</summary>
internal sealed record LayerEntry(string Path, UnixFileMode Mode, byte[]? Content, string? LinkTo = null);

/// <summary>An image of one layer, written as docker save writes it. The same input gives the same bytes.</summary>
internal sealed record ImageArchive
{
    public required IReadOnlyList<string> Names { get; init; }

    public required IReadOnlyList<LayerEntry> Entries { get; init; }

    public IReadOnlyList<string> Entrypoint { get; init; } = [];

    public IReadOnlyList<string> Command { get; init; } = [];

    public IReadOnlyList<string> Environment { get; init; } =
        ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"];

    public string User { get; init; } = "";

    public string WorkingDirectory { get; init; } = "";

    public void Write(Stream output)
    {
        var layer = WriteLayer();
        var digest = Hex(layer);
        var config = new JsonObject
        {
            ["architecture"] = "amd64",
            ["os"] = "linux",
            ["created"] = "1970-01-01T00:00:00Z",
            ["config"] = new JsonObject
            {
                ["Env"] = Strings(Environment),
                [nameof(Entrypoint)] = Strings(Entrypoint),
                ["Cmd"] = Strings(Command),
                [nameof(User)] = User,
                ["WorkingDir"] = WorkingDirectory,
            },
            ["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = Strings(["sha256:" + digest]) },
        };
        var configBytes = Encoding.UTF8.GetBytes(config.ToJsonString());
        var configName = Hex(configBytes) + ".json";
        var manifest = new JsonArray((JsonNode)new JsonObject
        {
            ["Config"] = configName,
            ["RepoTags"] = Strings(Names),
            ["Layers"] = Strings([digest + "/layer.tar"]),
        });
        using var tar = new TarWriter(output, TarEntryFormat.Ustar, leaveOpen: true);
        WriteFile(tar, configName, configBytes, UnixFileMode.UserRead);
        WriteFile(tar, digest + "/layer.tar", layer, UnixFileMode.UserRead);
        WriteFile(tar, "manifest.json", Encoding.UTF8.GetBytes(manifest.ToJsonString()), UnixFileMode.UserRead);
    }

    private byte[] WriteLayer()
    {
        var memory = new MemoryStream();
        using (var tar = new TarWriter(memory, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach (var entry in Entries)
            {
                if (entry.LinkTo is { } target)
                {
                    tar.WriteEntry(new UstarTarEntry(TarEntryType.SymbolicLink, entry.Path)
                    {
                        LinkName = target,
                        Mode = entry.Mode,
                        ModificationTime = DateTimeOffset.UnixEpoch,
                    });
                }
                else if (entry.Content is { } content)
                {
                    WriteFile(tar, entry.Path, content, entry.Mode);
                }
                else
                {
                    tar.WriteEntry(new UstarTarEntry(TarEntryType.Directory, entry.Path)
                    {
                        Mode = entry.Mode,
                        ModificationTime = DateTimeOffset.UnixEpoch,
                    });
                }
            }
        }

        return memory.ToArray();
    }

    private static void WriteFile(TarWriter tar, string path, byte[] content, UnixFileMode mode) =>
        tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, path)
        {
            Mode = mode,
            ModificationTime = DateTimeOffset.UnixEpoch,
            DataStream = new MemoryStream(content),
        });

    private static string Hex(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    private static JsonArray Strings(IReadOnlyList<string> values) =>
        new([.. values.Select(v => (JsonNode?)v)]);
}
