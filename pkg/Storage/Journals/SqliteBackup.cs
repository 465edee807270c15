namespace Kube1.Storage.Journals;

/// <summary>One-file copies of a database in use.</summary>
internal static class SqliteBackup
{
    /// <summary>
    /// Writes a compact copy that is complete or absent: under another name first, synced, then renamed.
    /// </summary>
    /// <exception cref="IOException">The file exists, or cannot be written.</exception>
    public static void Write(string databasePath, string backupPath)
    {
        if (File.Exists(backupPath))
        {
            throw new IOException($"The file {backupPath} exists: remove it or choose another name for the backup.");
        }
        string partialPath = backupPath + ".partial";
        File.Delete(partialPath);
        PrivateFiles.CreateFile(partialPath);
        try
        {
            using (var database = new SqliteDatabase(databasePath))
            {
                using SqliteDatabase.SqliteStatement vacuum = database.Prepare("vacuum into ?1");
                vacuum.Bind(1, partialPath).Run();
            }
            using (FileStream file = File.Open(partialPath, FileMode.Open, FileAccess.ReadWrite))
            {
                file.Flush(flushToDisk: true);
            }
            File.Move(partialPath, backupPath);
        }
        catch (SqliteError error)
        {
            throw new IOException($"The backup {backupPath} cannot be written: {error.Message}.", error);
        }
        finally
        {
            File.Delete(partialPath);
        }
    }
}
