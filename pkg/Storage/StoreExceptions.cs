namespace Kube1.Storage;

/// <summary>The store cannot be opened; the message is one sentence that names the file and the fix.</summary>
public sealed class StoreOpenException : Exception
{
    /// <summary>Creates the exception.</summary>
    public StoreOpenException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}

/// <summary>
/// The disk refused a write, which did not take place. Reads go on, and later writes succeed by themselves once the
/// cause is gone. The message is one sentence that names the cause and the fix.
/// </summary>
public sealed class StoreUnavailableException : Exception
{
    /// <summary>Creates the exception.</summary>
    public StoreUnavailableException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
