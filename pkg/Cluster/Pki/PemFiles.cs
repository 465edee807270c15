using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Kube1.Cluster.Pki;

/// <summary>Secrets on disk: files 0600 in directories 0700, replaced whole or not at all.</summary>
public static class PemFiles
{
    private const UnixFileMode OwnerOnlyFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerOnlyDirectory = OwnerOnlyFile | UnixFileMode.UserExecute;

    /// <summary>Creates a directory that only its owner may enter, or narrows one that is there.</summary>
    public static void EnsureDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
            return;
        }

        Directory.CreateDirectory(path, OwnerOnlyDirectory);
        if (File.GetUnixFileMode(path) != OwnerOnlyDirectory)
        {
            File.SetUnixFileMode(path, OwnerOnlyDirectory);
        }
    }

    /// <summary>Replaces a file atomically; it is on the disk when this returns, and never readable by others.</summary>
    public static void Write(string path, string text)
    {
        var temporary = path + ".new";
        File.Delete(temporary);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnlyFile;
        }

        using (var stream = new FileStream(temporary, options))
        {
            stream.Write(Encoding.UTF8.GetBytes(text));
            stream.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>The private key of a certificate as PKCS #8 PEM.</summary>
    public static string KeyPem(X509Certificate2 certificate)
    {
        using var key = certificate.GetECDsaPrivateKey()
            ?? throw new PkiException($"the certificate {certificate.Subject} has no ECDSA private key");
        return key.ExportPkcs8PrivateKeyPem() + "\n";
    }

    /// <summary>Writes NAME.key, then NAME.crt: a crash between the two leaves a pair that does not load and is made anew.</summary>
    public static void WritePair(string pathWithoutExtension, X509Certificate2 certificate)
    {
        Write(pathWithoutExtension + ".key", KeyPem(certificate));
        Write(pathWithoutExtension + ".crt", certificate.ExportCertificatePem() + "\n");
    }

    /// <summary>Reads NAME.crt and NAME.key; null when one is missing or they do not belong together.</summary>
    public static X509Certificate2? ReadPair(string pathWithoutExtension)
    {
        var certificatePath = pathWithoutExtension + ".crt";
        var keyPath = pathWithoutExtension + ".key";
        if (!File.Exists(certificatePath) || !File.Exists(keyPath))
        {
            return null;
        }

        try
        {
            return X509Certificate2.CreateFromPem(File.ReadAllText(certificatePath), File.ReadAllText(keyPath));
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            return null;
        }
    }
}
