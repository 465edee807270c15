namespace Kube1.Runtimes.Cri.Images;

/// <summary>How a layer is compressed, told by its first bytes.</summary>
internal static class LayerCompression
{
    private const string Layer = "application/vnd.oci.image.layer.v1.tar";

    public static ReadOnlySpan<byte> GzipMagic => [0x1f, 0x8b];

    public static ReadOnlySpan<byte> ZstdMagic => [0x28, 0xb5, 0x2f, 0xfd];

    public static string MediaType(ReadOnlySpan<byte> head) =>
        head.StartsWith(GzipMagic) ? Layer + "+gzip" : head.StartsWith(ZstdMagic) ? Layer + "+zstd" : Layer;
}
