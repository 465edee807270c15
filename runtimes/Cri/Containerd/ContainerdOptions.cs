using Kube1.Runtimes.Cri.Grpc;

namespace Kube1.Runtimes.Cri.Containerd;

/// <summary>What kube1's own containerd is started with. Everything it writes lies below one folder.</summary>
public sealed record ContainerdOptions
{
    // sockaddr_un holds 108 bytes with the final zero.
    private const int MaxSocketPathBytes = 107;

    /// <summary>The folder of this containerd, <c>&lt;data-dir&gt;/containerd</c>.</summary>
    public required string Directory { get; init; }

    /// <summary>The programs.</summary>
    public required RuntimeBinaries Binaries { get; init; }

    /// <summary>The folder of CNI configurations.</summary>
    public required string CniConfigDirectory { get; init; }

    /// <summary>The image of sandboxes.</summary>
    public string SandboxImage { get; init; } = Kube1.Runtimes.Cri.Images.PauseImage.Name;

    /// <summary>Images, containers, snapshots.</summary>
    public string Root => Path.Combine(Directory, "root");

    /// <summary>What only lives until the next boot.</summary>
    public string State => StateIn(Directory);

    /// <summary>The configuration written at each start.</summary>
    public string ConfigFile => Path.Combine(Directory, "config.toml");

    /// <summary>The process id of the running containerd.</summary>
    public string PidFile => Path.Combine(Directory, "containerd.pid");

    /// <summary>Its log.</summary>
    public string LogFile => Path.Combine(Directory, "containerd.log");

    /// <summary>Its socket.</summary>
    public string Socket => SocketIn(Directory);

    /// <summary>Where the CRI client dials.</summary>
    public RuntimeEndpoint Endpoint => RuntimeEndpoint.Parse("unix://" + Socket);

    /// <summary>What the containerd of this folder keeps until the next boot.</summary>
    public static string StateIn(string directory) => Path.Combine(directory, "state");

    /// <summary>Where the containerd of this folder listens.</summary>
    public static string SocketIn(string directory) => Path.Combine(directory, "containerd.sock");

    /// <summary>One sentence that says what is wrong with the folder, or null.</summary>
    public string? Problem() => Problem(Directory);

    /// <summary>One sentence that says what is wrong with this folder, or null.</summary>
    public static string? Problem(string directory) => SocketIn(directory).Length + ".ttrpc".Length <= MaxSocketPathBytes
        ? null
        : $"the data directory's path is too long for a Unix socket below it ({SocketIn(directory)}); choose a shorter --data-dir";
}
