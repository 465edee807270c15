namespace Kube1.Network.Hosts;

/// <summary>The kernel's packet filter. One call is one transaction: all of it takes effect, or none.</summary>
public interface INftables
{
    /// <summary>Runs commands in nft's own language. Throws <see cref="NftablesException"/> with the kernel's words.</summary>
    void Run(string commands);
}

/// <summary>What nftables refused, and why.</summary>
public sealed class NftablesException(string message) : Exception(message);
