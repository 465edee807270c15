namespace Kube1.Tests.Cluster.Configuration;

/// <summary>A configuration file with nothing in it, so that the machine's own does not count. Nobody else has it.</summary>
internal sealed class EmptyFile : IDisposable
{
    /// <summary>Where it is.</summary>
    public string Path { get; } = System.IO.Path.GetTempFileName();

    public void Dispose() => File.Delete(Path);
}
